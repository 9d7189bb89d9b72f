#include "fusionflow/validation/settings/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/data/printable.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::validation {

namespace {

using setter = void (*)(settings&, std::string_view, const std::string&);

std::array<double, 2> parse_pair(std::string_view name, const std::string& text) {
    const std::vector<std::string> pieces = split(text, ',');
    if (pieces.size() != 2) {
        throw data::input_error(std::string(name),
                                fmt::format("need two numbers w_A,w_B, got '{}'", text));
    }
    return {parse_number(name, pieces[0]), parse_number(name, pieces[1])};
}

constexpr bool numeric = true;

// What each option is and what it sets.
struct entry {
    setting_info info;
    setter set;
};

constexpr auto entries = std::to_array<entry>({
    {{"data", "NAME", "toy, random, gaussian, or xor, which needs --samples (toy)", "data", false},
     set_world_option},
    {{"rho", "R", "correlation of the two toy inputs, -1 < R < 1 (0)", "data", numeric},
     [](settings& s, std::string_view n, const std::string& v) { s.toy.rho = parse_number(n, v); }},
    {{"ratio", "K", "sd of toy input A over that of B, K > 0 (2)", "data", numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.toy.ratio = parse_number(n, v);
     }},
    {{"target-weights", "wA,wB", "toy target y = wA xA + wB xB (1,1)", "data", false},
     [](settings& s, std::string_view n, const std::string& v) {
         s.toy.target_weights = parse_pair(n, v);
     }},
    {{"target-ratio", "R", "toy target y = R xA + xB, in place of --target-weights", "data",
      numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.toy.target_weights = {parse_number(n, v), 1};
     }},
    {{"noise", "S", "standard deviation of noise on the target of toy or gaussian data (0)", "data",
      numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.toy.noise = parse_number(n, v);
     }},
    {{"dims", "DA,DB,...", "inputs of each modality of random (10,10) or gaussian data (50,50)",
      "data", false},
     set_world_option},
    {{"variances", "vA,vB,...", "of each input of a modality of gaussian data (3,1)", "data",
      false},
     set_world_option},
    {{"input-weight", "W", "gaussian data: y = W (sum of all inputs) + noise (0.1)", "data",
      numeric},
     set_world_option},
    {{"draws", "P", "moments of P samples of gaussian data; 0: of the population (0)", "data",
      numeric},
     set_world_option},
    {{"data-seed", "N", "seed of random data, --draws and --samples (1)", "data", numeric},
     set_world_option},
    {{"moments", "FILE", "second moments from a JSON file, in place of --data", "data", false},
     [](settings& s, std::string_view, const std::string& v) {
         s.moments = std::make_shared<const data::moments>(data::read_moments(v));
     }},
    {{"depth", "L", "layers from input to output (2)", "network", numeric},
     [](settings& s, std::string_view n, const std::string& v) { s.depth = parse_int(n, v); }},
    {{"fusion", "LF", "layer at which modalities are fused, 1 ... L (2)", "network", numeric},
     [](settings& s, std::string_view n, const std::string& v) { s.fusion = parse_int(n, v); }},
    {{"branches", "n1,n2,...", "layers of each modality's branch, in place of --fusion", "network",
      false},
     [](settings& s, std::string_view n, const std::string& v) {
         s.branches = parse_list(n, v, parse_int);
     }},
    {{"shared", "P", "layers after the branches meet (0); with --branches", "network", numeric},
     [](settings& s, std::string_view n, const std::string& v) { s.shared = parse_int(n, v); }},
    {{"init", "U0", "initial norm of a layer (gaussian-iid: sd of a weight), > 0 (1e-3)", "start",
      numeric},
     [](settings& s, std::string_view n, const std::string& v) { s.init.u0 = parse_number(n, v); }},
    {{"scheme", "NAME", "initial weights: balanced, gaussian or gaussian-iid (balanced)", "drawing",
      false},
     [](settings& s, std::string_view, const std::string& v) {
         s.init.drawn = theory::parse_scheme(v);
     }},
    {{"width", "H", "units in each hidden layer (100)", "drawing", numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.init.width = parse_whole(n, v);
     }},
    {{"widths", "H1,H2,...", "units in each hidden layer of the longest path, from the input up",
      "drawing", false},
     [](settings& s, std::string_view n, const std::string& v) {
         s.init.widths = parse_list(n, v, parse_whole);
     }},
    {{"seed", "N", "seed of the initial weights (1)", "drawing", numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.training.seed = parse_seed(n, v);
     }},
    {{"method", "NAME", "gd (gradient descent) or flow (gradient flow) (gd)", "training", false},
     [](settings& s, std::string_view, const std::string& v) {
         s.training.method = solver::parse_training_method(v);
     }},
    {{"learning-rate", "ETA", "step of gradient descent, > 0 (0.01; flows and formulas: none)",
      "training", numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.training.learning_rate = parse_number(n, v);
     }},
    {{"max-epochs", "N", "most steps of gradient descent (1e7)", "training", numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.training.max_epochs = parse_whole(n, v);
     }},
    {{"weight-decay", "LAMBDA", "every layer also shrinks at this rate, LAMBDA >= 0 (0)",
      "training", numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.training.weight_decay = parse_number(n, v);
     }},
    {{"samples", "P", "train on P samples of the data, not on moments (none)", "samples", numeric},
     set_sample_option},
    {{"variance", "V", "<xB^2> of the xor data, y = XOR(xA1, xA2) + xB, > 0 (1)", "samples",
      numeric},
     set_sample_option},
    {{"symmetric", "", "with every toy sample its mirror image (-x, -y)", "samples", false},
     set_sample_option},
    {{"activation", "NAME", "of hidden units: linear, relu or leaky:A, A >= 0 (linear)", "samples",
      false},
     set_sample_option},
    {{"loss", "NAME", "mse; logistic or exponential of the target's sign (mse)", "samples", false},
     set_sample_option},
    {{"bias", "", "hidden units and output have biases", "samples", false}, set_sample_option},
    {{"batch", "B", "samples of a step, reshuffled each epoch (all)", "samples", numeric},
     set_sample_option},
    {{"rounds", "K", "rounds of the compression (as many as --accuracy takes)", "compression",
      numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.run.compression.rounds = parse_int(n, v);
     }},
    {{"no-estimate", "", "with --rounds: leave the error unknown, in less than half the time",
      "compression", false},
     [](settings& s, std::string_view n, const std::string& v) {
         s.run.compression.estimate = !parse_flag(n, v);
     }},
    {{"accuracy", "A", "wanted of |W_m(t)|, relative to its largest (1e-6)", "compression",
      numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.run.compression.accuracy = parse_number(n, v);
     }},
    {{"rtol", "R", "relative error allowed per step of a flow (1e-9)", "solver", numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.run.rtol = parse_number(n, v);
     }},
    {{"stepper", "NAME", "auto, dopri5, cash-karp, fehlberg78, bulirsch-stoer, rkc, radau (auto)",
      "solver", false},
     [](settings& s, std::string_view, const std::string& v) {
         s.run.method = solver::parse_stepper(v);
     }},
    {{"max-steps", "N", "most steps of a flow (2e7)", "solver", numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.run.max_steps = parse_whole(n, v);
     }},
    {{"max-time", "T", "stop at this time, in units of tau (none)", "solver", numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.run.max_time = parse_number(n, v);
     }},
    {{"tail", "F", "go on for F times the time of the last half-height (0.15)", "solver", numeric},
     [](settings& s, std::string_view n, const std::string& v) {
         s.run.tail = parse_number(n, v);
         s.run.settle = true;
     }},
    {{"until", "N", "stop once N modalities are learned (all)", "solver", false},
     [](settings& s, std::string_view n, const std::string& v) {
         s.run.until = parse_int(n, v);
         if (s.run.until < 1) {
             throw data::input_error(std::string(n), "need at least 1 modality, got " + v);
         }
     }},
});

constexpr auto infos = [] {
    std::array<setting_info, std::size(entries)> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = entries[i].info;
    }
    return all;
}();

bool is_printable(std::string_view word) {
    while (!word.empty()) {
        const std::size_t length = data::printable_bytes(word);
        if (length == 0) {
            return false;
        }
        word.remove_prefix(length);
    }
    return true;
}

// On one line, as bash and newer shells read it: $'a\nb\377'.
std::string escaped_word(std::string_view word) {
    std::string quoted = "$'";
    while (!word.empty()) {
        const std::size_t length = data::printable_bytes(word);
        const char c = word.front();
        if (length == 0) {
            // Three octal digits are never longer than meant; those of hexadecimal may be.
            quoted += c == '\n' ? "\\n" : fmt::format("\\{:03o}", static_cast<unsigned char>(c));
        } else {
            quoted += c == '\'' || c == '\\' ? "\\" : "";
            quoted += word.substr(0, length);
        }
        word.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return quoted + "'";
}

void note_given(settings& s, std::string_view name, const std::string& value) {
    std::erase_if(s.given, [name](const given_option& g) { return g.name == name; });
    s.given.push_back({std::string(name), value});
}

}  // namespace

bool settings::has(std::string_view name) const {
    return std::any_of(given.begin(), given.end(),
                       [name](const given_option& g) { return g.name == name; });
}

std::span<const setting_info> setting_table() { return infos; }

const setting_info* find_setting(std::string_view name) {
    const auto* found = std::find_if(infos.begin(), infos.end(),
                                     [name](const setting_info& i) { return i.name == name; });
    return found == infos.end() ? nullptr : found;
}

void set_option(settings& s, std::string_view name, const std::string& value) {
    const setting_info* info = find_setting(name);
    if (info == nullptr) {
        throw data::input_error(std::string(name), "there is no such option");
    }
    entries[static_cast<std::size_t>(info - infos.data())].set(s, name, value);
    note_given(s, name, value);
}

void set_moments(settings& s, std::shared_ptr<const data::moments> moments,
                 const std::string& value) {
    s.moments = std::move(moments);
    note_given(s, "moments", value);
}

std::string shell_word(const std::string& word) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+.,:/@%";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
        return word;
    }
    if (!is_printable(word)) {
        return escaped_word(word);
    }
    std::string quoted = "'";
    for (const char c : word) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

std::string command_line(const settings& s) {
    std::string line;
    for (const given_option& g : s.given) {
        const bool flag = find_setting(g.name)->argument.empty();
        if (!flag || g.value == "true") {
            line += fmt::format("{}--{}", line.empty() ? "" : " ", g.name);
            line += flag ? "" : ' ' + shell_word(g.value);
        }
    }
    return line;
}

}  // namespace fusionflow::validation
