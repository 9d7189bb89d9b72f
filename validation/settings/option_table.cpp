// Every option of a model and its runs: its help, what it sets, and what it cannot stand beside.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/settings/settings.hpp"

namespace fusionflow::validation {

namespace {

using data::toy_options;
using solver::compression_options;
using solver::run_options;
using solver::sample_options;
using solver::training;
using theory::initialisation;

using setter = void (*)(settings&, std::string_view, const std::string&);
// Returns why an option that was given is refused; empty where it is not.
using rule = std::string (*)(const settings&);

// Reads the option's text into the member that a path of members leads to.
template <auto Read, auto... Path>
void put(settings& s, std::string_view name, const std::string& value) {
    (s.*....*Path) = Read(name, value);
}

template <auto Read>
auto list_of(std::string_view name, std::string_view text) {
    return parse_list(name, text, Read);
}

std::array<double, 2> parse_pair(std::string_view name, const std::string& text) {
    const std::vector<std::string> pieces = split(text, ',');
    data::need(pieces.size() == 2, name, "need two numbers w_A,w_B, got '{}'", text);
    return {parse_number(name, pieces[0]), parse_number(name, pieces[1])};
}

template <long Least>
long parse_samples(std::string_view name, const std::string& text) {
    const long count = parse_whole(name, text);
    if (!(count >= Least)) {
        throw data::input_error(std::string(name),
                                Least == 0 ? fmt::format("need at least 0 samples, got {}", count)
                                           : std::string("need at least 1 sample"));
    }
    return count;
}

// "true" and "false" are what files of suites say of an option without a value.
theory::bias_start parse_bias(std::string_view name, const std::string& text) {
    using theory::bias_start;
    for (const auto& [word, how] : {std::pair{"none", bias_start::none},
                                    {"zero", bias_start::zero},
                                    {"drawn", bias_start::drawn},
                                    {"false", bias_start::none},
                                    {"true", bias_start::zero}}) {
        if (text == word) {
            return how;
        }
    }
    throw data::input_error(std::string(name),
                            fmt::format("need none, zero or drawn, got '{}'", text));
}

// NAME=G,...; names of modalities may have commas and equals signs in them.
std::vector<named_factor> parse_factors(std::string_view name, const std::string& text) {
    std::vector<named_factor> factors;
    std::string part;
    for (const std::string& piece : split(text, ',')) {
        part += (part.empty() ? "" : ",") + piece;
        const auto equals = part.rfind('=');
        if (equals == std::string::npos) {
            continue;
        }
        const std::string of = part.substr(0, equals);
        data::need(std::none_of(factors.begin(), factors.end(),
                                [&](const named_factor& f) { return f.name == of; }),
                   name, "{} is there twice", of);
        factors.push_back({of, parse_number(name, part.substr(equals + 1))});
        part.clear();
    }
    data::need(part.empty() && !factors.empty(), name,
               "need NAME=FACTOR,... with names of modalities or trunk, got '{}'", text);
    return factors;
}

int parse_until(std::string_view name, const std::string& text) {
    const int modalities = parse_int(name, text);
    if (modalities < 1) {
        throw data::input_error(std::string(name), "need at least 1 modality, got " + text);
    }
    return modalities;
}

world parse_world(std::string_view name, const std::string& text) {
    for (const world w : {world::toy, world::xor_data, world::random, world::gaussian}) {
        if (text == to_string(w)) {
            return w;
        }
    }
    throw data::input_error(std::string(name),
                            fmt::format("need toy, xor, random or gaussian, got '{}'", text));
}

// Adapts a reader of another folder, whose errors name the option by themselves.
template <auto Parse>
auto read(std::string_view /*name*/, const std::string& text) {
    return Parse(text);
}
template <auto List>
auto named(std::string_view /*name*/, const std::string& text) {
    return &List().find(text);
}
template <auto List>
auto parsed(std::string_view /*name*/, const std::string& text) {
    return List().parse(text);
}
auto read_moments_file(std::string_view /*name*/, const std::string& file) {
    return std::make_shared<const data::moments>(data::read_moments(file));
}
std::string names_of_schemes() { return theory::schemes().names(); }
std::string names_of_clocks() { return theory::clocks().names(); }
std::string names_of_losses() {
    const auto which = [](bool labels, bool classes) {
        return solver::losses().names(
            [=](const auto& l) { return l.needs_labels == labels && l.needs_classes == classes; });
    };
    return which(false, false) + "; " + which(false, true) + " of classes; " + which(true, false) +
           " of the target's sign";
}
std::string names_of_rules() { return solver::update_rules().names(); }
std::string names_of_activations() { return solver::activations().names(); }
bool parse_not(std::string_view name, const std::string& text) { return !parse_flag(name, text); }

void put_target_ratio(settings& s, std::string_view name, const std::string& value) {
    s.toy.target_weights = {parse_number(name, value), 1};
}

void put_tail(settings& s, std::string_view name, const std::string& value) {
    s.run.tail = parse_number(name, value);
    s.run.settle = true;
}

bool has_dims(const settings& s) {
    return s.world.kind == world::random || s.world.kind == world::gaussian;
}

std::string not_with_data(const settings& s) {
    return fmt::format("cannot be combined with --data {}", to_string(s.world.kind));
}

std::string data_rule(const settings& s) {
    return s.world.kind == world::xor_data && s.samples.count == 0 ? "xor needs --samples" : "";
}

std::string toy_only(const settings& s) {
    return s.world.kind == world::toy ? "" : not_with_data(s);
}

std::string toy_or_gaussian(const settings& s) {
    return s.world.kind == world::gaussian ? "" : toy_only(s);
}

std::string dims_rule(const settings& s) {
    return has_dims(s) ? "" : "needs --data random or gaussian";
}

std::string gaussian_only(const settings& s) {
    return s.world.kind == world::gaussian ? "" : "needs --data gaussian";
}

std::string drawn_only(const settings& s) {
    const bool drawn = s.samples.any() || s.world.kind == world::random || s.has("draws");
    return drawn ? "" : "needs --samples, --data random or --draws";
}

std::string branches_only(const settings& s) {
    return s.branches.empty() ? "needs --branches (or use --depth and --fusion)" : "";
}

std::string descent_only(const settings& s) {
    return s.training.method == solver::training_method::gradient_flow
               ? "needs --method gd, got flow"
               : "";
}

std::string method_rule(const settings& s) {
    return s.samples.any() && s.training.method == solver::training_method::gradient_flow
               ? "need gd on samples, got flow"
               : "";
}

std::string samples_rule(const settings& s) { return has_dims(s) ? not_with_data(s) : ""; }

std::string samples_only(const settings& s) {
    return s.samples.any() ? "" : "needs --samples, or tables of samples (simulate DATA)";
}

std::string made_up_only(const settings& s) { return s.samples.count > 0 ? "" : "needs --samples"; }

std::string symmetric_rule(const settings& s) {
    const std::string other_data = toy_only(s);
    return other_data.empty() ? made_up_only(s) : other_data;
}

std::string variance_rule(const settings& s) {
    return s.samples.count > 0 && s.world.kind != world::xor_data ? "needs --data xor"
                                                                  : made_up_only(s);
}

std::string batch_rule(const settings& s) {
    return s.samples.count > 0 && s.training.samples.batch > s.samples.count
               ? fmt::format("need at most --samples {}, got {}", s.samples.count,
                             s.training.samples.batch)
               : samples_only(s);
}

// Refuses --init where it would have no effect.
std::string init_rule(const settings& s) {
    if (s.init.drawn->scaled) {
        return "";
    }
    const std::string scaled =
        theory::schemes().names([](const auto& other) { return other.scaled; });
    return fmt::format("has no effect with --scheme {}, whose layers have the sizes that PyTorch "
                       "gives them: {}use --scheme {}",
                       s.init.drawn->name, s.init.drawn->has_gain ? "use --gain, or " : "", scaled);
}

std::string gain_rule(const settings& s) {
    return s.init.drawn->has_gain
               ? ""
               : "needs --scheme " +
                     theory::schemes().names([](const auto& other) { return other.has_gain; });
}

std::string layer_norms_rule(const settings& s) {
    return s.init.drawn->keeps_norms
               ? ""
               : "needs --scheme " +
                     theory::schemes().names([](const auto& other) { return other.keeps_norms; });
}

constexpr bool numeric = true;

// An option, what it sets, the options that exclude it, and another rule that it must meet.
struct entry {
    setting_info info;
    setter set;
    std::string_view excluded_by;  // names of options, separated by spaces
    rule broken;                   // may be null
    std::string (*names)();        // text for the {} in its help; null: there is no {}
};

constexpr entry row(std::string_view name, std::string_view argument, std::string_view help,
                    std::string_view group, bool is_number, setter set,
                    std::string_view excluded_by = {}, rule broken = nullptr,
                    std::string (*names)() = nullptr) {
    return {{name, argument, help, group, is_number}, set, excluded_by, broken, names};
}

// The same where the value may be left out.
constexpr entry implying(std::string_view value, entry of) {
    of.info.implied = value;
    return of;
}

constexpr auto training_samples = &training::samples;

constexpr auto entries = std::to_array<entry>({
    row("data", "NAME", "toy, random, gaussian, or xor, which needs --samples (toy)", "data", false,
        put<parse_world, &settings::world, &world_settings::kind>, "moments", data_rule),
    row("rho", "R", "correlation of the two toy inputs, -1 < R < 1 (0)", "data", numeric,
        put<parse_number, &settings::toy, &toy_options::rho>, "moments", toy_only),
    row("ratio", "K", "sd of toy input A over that of B, K > 0 (2)", "data", numeric,
        put<parse_number, &settings::toy, &toy_options::ratio>, "moments", toy_only),
    row("target-weights", "wA,wB", "toy target y = wA xA + wB xB (1,1)", "data", false,
        put<parse_pair, &settings::toy, &toy_options::target_weights>, "moments", toy_only),
    row("target-ratio", "R", "toy target y = R xA + xB, in place of --target-weights", "data",
        numeric, put_target_ratio, "moments target-weights", toy_only),
    row("noise", "S", "standard deviation of noise on the target of toy or gaussian data (0)",
        "data", numeric, put<parse_number, &settings::toy, &toy_options::noise>, "moments",
        toy_or_gaussian),
    row("dims", "DA,DB,...", "inputs of each modality of random (10,10) or gaussian data (50,50)",
        "data", false, put<list_of<parse_int>, &settings::world, &world_settings::dims>, {},
        dims_rule),
    row("variances", "vA,vB,...",
        "variance of each input of gaussian data, a number per modality (3,1)", "data", false,
        put<list_of<parse_number>, &settings::world, &world_settings::variances>, {},
        gaussian_only),
    row("input-weight", "W", "gaussian data: y = W (sum of all inputs) + noise (0.1)", "data",
        numeric, put<parse_number, &settings::world, &world_settings::input_weight>, {},
        gaussian_only),
    row("draws", "P", "moments of P samples of gaussian data; 0: of the population (0)", "data",
        numeric, put<parse_samples<0>, &settings::world, &world_settings::draws>, {},
        gaussian_only),
    row("data-seed", "N", "seed of random data, --draws and --samples (1)", "data", numeric,
        put<parse_seed, &settings::world, &world_settings::seed>, {}, drawn_only),
    row("moments", "FILE", "second moments from a JSON file, in place of --data", "data", false,
        put<read_moments_file, &settings::moments>),
    row("depth", "L", "layers from input to output (2)", "network", numeric,
        put<parse_int, &settings::depth>, "branches"),
    row("fusion", "LF", "layer at which modalities are fused, 1 ... L (2)", "network", numeric,
        put<parse_int, &settings::fusion>, "branches"),
    row("branches", "n1,n2,...", "layers of each modality's branch, in place of --fusion",
        "network", false, put<list_of<parse_int>, &settings::branches>),
    row("shared", "P", "layers after the branches meet (0); with --branches", "network", numeric,
        put<parse_int, &settings::shared>, {}, branches_only),
    row("learning-rates", "A=G,...",
        "factors of the learning rate of each modality's layers and of the trunk (1)", "network",
        false, put<parse_factors, &settings::rates>, "weight-decay"),
    row("init", "U0", "initial norm of a layer (gaussian-iid: sd of a weight), > 0 (1e-3)", "start",
        numeric, put<parse_number, &settings::init, &initialisation::u0>, "layer-norms", init_rule),
    row("scheme", "NAME", "initial weights: {} (balanced)", "drawing", false,
        put<named<theory::schemes>, &settings::init, &initialisation::drawn>, {}, nullptr,
        names_of_schemes),
    row("gain", "G", "factor of all weights of xavier and kaiming schemes, > 0 (1)", "drawing",
        numeric, put<parse_number, &settings::init, &initialisation::gain>, {}, gain_rule),
    row("layer-norms", "U1,U2,...",
        "norm of each layer of the longest path, from the input up, in place of --init", "drawing",
        false, put<list_of<parse_number>, &settings::init, &initialisation::layer_norms>, {},
        layer_norms_rule),
    row("width", "H", "units in each hidden layer (100)", "drawing", numeric,
        put<parse_whole, &settings::init, &initialisation::width>, "widths"),
    row("widths", "H1,H2,...", "units in each hidden layer of the longest path, from the input up",
        "drawing", false, put<list_of<parse_whole>, &settings::init, &initialisation::widths>),
    row("seed", "N", "seed of the initial weights (1)", "drawing", numeric,
        put<parse_seed, &settings::training, &training::seed>),
    row("method", "NAME", "gd (gradient descent) or flow (gradient flow) (gd)", "training", false,
        put<read<solver::parse_training_method>, &settings::training, &training::method>, {},
        method_rule),
    row("learning-rate", "ETA", "step of gradient descent, > 0 (0.01; flows and formulas: none)",
        "training", numeric, put<parse_number, &settings::training, &training::learning_rate>, {},
        descent_only),
    row("max-epochs", "N", "most steps of gradient descent (1e7)", "training", numeric,
        put<parse_whole, &settings::training, &training::max_epochs>, {}, descent_only),
    row("epochs", "N", "train for N epochs, whatever is learned by then (until all is learned)",
        "training", numeric, put<parse_whole, &settings::training, &training::epochs>,
        "max-epochs until enough tail", descent_only),
    row("weight-decay", "LAMBDA", "every layer also shrinks at this rate, LAMBDA >= 0 (0)",
        "training", numeric, put<parse_number, &settings::training, &training::weight_decay>),
    row("samples", "P", "train on P samples of the data, not on moments (none)", "samples", numeric,
        put<parse_samples<1>, &settings::samples, &sample_settings::count>, "moments",
        samples_rule),
    row("variance", "V", "<xB^2> of the xor data, y = XOR(xA1, xA2) + xB, > 0 (1)", "samples",
        numeric, put<parse_number, &settings::samples, &sample_settings::variance>, {},
        variance_rule),
    row("symmetric", "", "add the mirror image (-x, -y) of every toy sample", "samples", false,
        put<parse_flag, &settings::samples, &sample_settings::symmetric>, {}, symmetric_rule),
    row("activation", "NAME", "activation of hidden units: {} (linear)", "samples", false,
        put<read<solver::parse_activation>, &settings::training, training_samples,
            &sample_options::units>,
        {}, samples_only, names_of_activations),
    row("loss", "NAME", "{} (half-mse)", "samples", false,
        put<parsed<solver::losses>, &settings::training, training_samples, &sample_options::loss>,
        {}, samples_only, names_of_losses),
    row("optimizer", "NAME", "how steps follow from gradients: {} (gd)", "samples", false,
        put<parsed<solver::update_rules>, &settings::training, training_samples,
            &sample_options::rule>,
        {}, samples_only, names_of_rules),
    row("decay-rate", "R", "the step is multiplied by this after every epoch, 0 < R <= 1 (1)",
        "samples", numeric, put<parse_number, &settings::training, &training::decay_rate>, {},
        samples_only),
    implying("zero",
             row("bias", "NAME",
                 "biases: none, zero or drawn (none; torch: drawn; zero without NAME)", "drawing",
                 false, put<parse_bias, &settings::init, &initialisation::biases>)),
    row("batch", "B", "samples per step, reshuffled each epoch (all)", "samples", numeric,
        put<parse_samples<1>, &settings::training, training_samples, &sample_options::batch>, {},
        batch_rule),
    row("rounds", "K", "rounds of the compression (as many as --accuracy takes)", "compression",
        numeric,
        put<parse_int, &settings::run, &run_options::compression, &compression_options::rounds>),
    row("no-estimate", "",
        "with --rounds: do not estimate the error: takes less than half the time", "compression",
        false,
        put<parse_not, &settings::run, &run_options::compression, &compression_options::estimate>),
    row("accuracy", "A", "largest error of |W_m(t)|, as a part of its largest value (1e-6)",
        "compression", numeric,
        put<parse_number, &settings::run, &run_options::compression,
            &compression_options::accuracy>,
        "rounds"),
    row("rtol", "R", "relative error allowed per step of a flow (1e-9)", "solver", numeric,
        put<parse_number, &settings::run, &run_options::rtol>),
    row("stepper", "NAME", "auto, dopri5, cash-karp, fehlberg78, bulirsch-stoer, rkc, radau (auto)",
        "solver", false, put<read<solver::parse_stepper>, &settings::run, &run_options::method>),
    row("max-steps", "N", "most steps of a flow (2e7)", "solver", numeric,
        put<parse_whole, &settings::run, &run_options::max_steps>),
    row("max-time", "T", "stop at this time, in units of tau (none)", "solver", numeric,
        put<parse_number, &settings::run, &run_options::max_time>),
    row("tail", "F", "go on for F times the time of the last half-height (0.15)", "solver", numeric,
        put_tail),
    row("clock", "NAME", "what tells when half is learned: {} (norm)", "solver", false,
        put<named<theory::clocks>, &settings::run, &run_options::clock>, {}, nullptr,
        names_of_clocks),
    row("enough", "F", "stop once a part F of what can be explained is explained (never)", "solver",
        numeric, put<parse_number, &settings::run, &run_options::enough>),
    row("until", "N", "stop once N modalities are learned (all)", "solver", false,
        put<parse_until, &settings::run, &run_options::until>),
});

}  // namespace

std::span<const setting_info> setting_table() {
    static std::array<std::string, std::size(entries)> helps;
    static const auto infos = [] {
        std::array<setting_info, std::size(entries)> all{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] = entries[i].info;
            if (entries[i].names != nullptr) {
                helps[i] = fmt::format(fmt::runtime(all[i].help), entries[i].names());
                all[i].help = helps[i];
            }
        }
        return all;
    }();
    return infos;
}

const setting_info* find_setting(std::string_view name) {
    const auto infos = setting_table();
    const auto found = std::find_if(infos.begin(), infos.end(),
                                    [name](const setting_info& i) { return i.name == name; });
    return found == infos.end() ? nullptr : &*found;
}

void set_option(settings& s, std::string_view name, const std::string& value) {
    const setting_info* info = find_setting(name);
    if (info == nullptr) {
        throw data::input_error(std::string(name), "there is no such option");
    }
    entries[static_cast<std::size_t>(info - setting_table().data())].set(s, name, value);
    note_given(s, name, value);
}

void check_options(const settings& s) {
    for (const entry& e : entries) {
        if (!s.has(e.info.name)) {
            continue;
        }
        for (const std::string& other : split(e.excluded_by, ' ')) {
            data::need(!s.has(other), e.info.name, "cannot be combined with --{}", other);
        }
        const std::string broken = e.broken == nullptr ? "" : e.broken(s);
        if (!broken.empty()) {
            throw data::input_error(std::string(e.info.name), broken);
        }
    }
}

}  // namespace fusionflow::validation
