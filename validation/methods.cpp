#include "fusionflow/validation/methods.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/compact/rotated_network.hpp"
#include "fusionflow/solver/simulate_samples.hpp"
#include "fusionflow/theory/finite/effective_start.hpp"
#include "fusionflow/theory/finite/refined.hpp"
#include "fusionflow/theory/finite/width_law.hpp"
#include "fusionflow/theory/race/leading_order.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::validation {

namespace {

method_result not_available() {
    method_result result;
    result.available = false;
    return result;
}

// The race and the balanced flow know several targets; the other formulas and flows know one.
bool one_target(const model& m) { return m.moments.outputs() == 1; }

// What linear networks and their theory have nothing to say about.
bool beyond_linear(const model& m) { return m.samples && m.samples->has_features(); }

bool exact_flow_exists(const model& m, const settings& s) {
    return solver::has_exact_flow(m.architecture, m.init) && one_target(m) && !beyond_linear(m) &&
           s.simulate.weight_decay == 0;
}

// Compressed and sampled networks know their data by second moments.
bool small_form_exists(const model& m, const solver::simulate_options& options) {
    return !m.samples || (options.samples.moments_suffice() && !beyond_linear(m));
}

bool sees_samples(const model& m, const solver::simulate_options& options) {
    return m.samples && options.form == solver::representation::full;
}

void require_form(const model& m, const solver::simulate_options& options) {
    if (options.form != solver::representation::full && !small_form_exists(m, options)) {
        throw data::input_error("representation",
                                fmt::format("need full for networks that moments do not tell all "
                                            "about, got {}",
                                            solver::to_string(options.form)));
    }
}

method_result from_run(solver::integration run) {
    method_result result;
    result.answer = std::move(run.answer);
    result.path = std::move(run.path);
    result.weights_final = std::move(run.weights_final);
    return result;
}

method_result run_formula(const settings& s, int /*repeat*/, bool /*record*/) {
    const model m = build_model(s);
    const double decay = s.simulate.weight_decay;
    if (beyond_linear(m) || (decay > 0 && !m.architecture.two_layer_late())) {
        return not_available();
    }
    method_result result;
    m.init.validate(m.moments.count());
    theory::require_range(m.architecture, m.init);
    result.answer = theory::race_with_errors(m.moments, m.architecture, m.init, decay).raced.answer;
    return result;
}

method_result run_refined(const settings& s, int /*repeat*/, bool /*record*/) {
    const model m = build_model(s);
    if (!one_target(m) || beyond_linear(m) || s.simulate.weight_decay > 0) {
        return not_available();
    }
    auto answer = theory::refined_two_layer(m.moments, m.architecture, m.init, s.learning_rate());
    if (!answer) {
        return not_available();
    }
    method_result result;
    result.answer = std::move(*answer);
    return result;
}

method_result run_law(const settings& s, int /*repeat*/, bool /*record*/) {
    const model m = build_model(s);
    if (!one_target(m) || beyond_linear(m) || s.simulate.weight_decay > 0) {
        return not_available();
    }
    theory::width_law_answer law = theory::width_law(m.moments, m.architecture, m.init);
    if (!law.missing.empty()) {
        return not_available();
    }
    method_result result;
    result.answer = std::move(law.answer);
    return result;
}

// The reduced flow stands for balanced networks whatever scheme the other methods draw from.
method_result run_flow(const settings& s, int /*repeat*/, bool record) {
    model m = build_model(s);
    if (beyond_linear(m) || s.simulate.weight_decay > 0) {
        return not_available();
    }
    m.init.drawn = theory::scheme::balanced;
    solver::integrate_options options = s.simulate.flow;
    options.record = record;
    return from_run(solver::integrate(m.moments, m.architecture, m.init, options));
}

// Stands for gaussian networks of the width; from a balanced start it is the reduced flow.
method_result run_chain(const settings& s, int /*repeat*/, bool record) {
    const model m = build_model(s);
    if (!one_target(m) || beyond_linear(m) || s.simulate.weight_decay > 0 ||
        !theory::aligned_start(m.moments, m.architecture, m.init).missing.empty()) {
        return not_available();
    }
    solver::integrate_options options = s.simulate.flow;
    options.record = record;
    return from_run(solver::integrate_chain(m.moments, m.architecture, m.init, options));
}

method_result run_exact_from(const settings& s, const model& m,
                             const solver::two_layer_start& start, bool record) {
    solver::integrate_options options = s.simulate.flow;
    options.record = record;
    return from_run(solver::integrate_exact(m.moments, m.architecture, m.init, start, options));
}

method_result run_exact(const settings& s, int /*repeat*/, bool record) {
    const model m = build_model(s);
    if (!exact_flow_exists(m, s)) {
        return not_available();
    }
    return run_exact_from(
        s, m, solver::two_layer_start::expected(m.moments, m.architecture, m.init), record);
}

// The weights that run_full() trains.
method_result run_exact_drawn(const settings& s, int repeat, bool record) {
    const model m = build_model(s);
    if (!exact_flow_exists(m, s)) {
        return not_available();
    }
    const std::uint64_t seed = data::repeat_seed(s.simulate.seed, repeat);
    return run_exact_from(
        s, m, solver::two_layer_start::drawn(m.moments, m.architecture, m.init, seed), record);
}

// From expected weights, whatever the draw: a prediction.
method_result run_one_way(const settings& s, int /*repeat*/, bool record) {
    const model m = build_model(s);
    if (beyond_linear(m) || s.simulate.weight_decay > 0 ||
        !solver::has_one_way(m.moments, m.architecture, m.init)) {
        return not_available();
    }
    solver::integrate_options options = s.simulate.flow;
    options.record = record;
    return from_run(solver::integrate_one_way(
        m.moments, m.architecture, m.init,
        solver::two_layer_start::expected(m.moments, m.architecture, m.init), options));
}

method_result run_network(const settings& s, solver::representation form, int repeat, bool record) {
    const model m = build_model(s);
    solver::simulate_options options = s.simulate;
    options.form = form;
    if (form != solver::representation::full && !small_form_exists(m, options)) {
        return not_available();
    }
    options.seed = data::repeat_seed(options.seed, repeat);
    options.flow.record = record;
    return from_run(train(m, options).run);
}

// The same epochs as run_full(), at a cost that does not grow with the width.
method_result run_exact_epochs(const settings& s, int repeat, bool record) {
    const model m = build_model(s);
    solver::simulate_options options = s.simulate;
    if (!solver::has_two_layers(m.architecture) || !small_form_exists(m, options) ||
        m.moments.outputs() > 1 || options.method != solver::training::gradient_descent) {
        return not_available();
    }
    options.flow.record = record;
    const auto start = solver::two_layer_start::drawn(m.moments, m.architecture, m.init,
                                                      data::repeat_seed(options.seed, repeat));
    return from_run(
        solver::simulate_rotated(m.moments, m.architecture, m.init, start, options).run);
}

method_result run_full(const settings& s, int repeat, bool record) {
    return run_network(s, solver::representation::full, repeat, record);
}

method_result run_compressed(const settings& s, int repeat, bool record) {
    return run_network(s, solver::representation::compressed, repeat, record);
}

method_result run_sampled(const settings& s, int repeat, bool record) {
    return run_network(s, solver::representation::sampled, repeat, record);
}

constexpr auto methods = std::to_array<method>({
    {"formula", "leading order in small initial weights", method_kind::formula, false, run_formula},
    {"refined", "half-height times of two-layer late fusion at finite initial scale",
     method_kind::formula, false, run_refined},
    {"law", "width law of gaussian networks", method_kind::formula, false, run_law},
    {"flow", "reduced flow of balanced networks", method_kind::flow, false, run_flow},
    {"chain", "chain flow of gaussian networks of large width", method_kind::flow, false,
     run_chain},
    {"exact", "exact flow of two-layer late or early fusion, from expected random weights",
     method_kind::flow, false, run_exact},
    {"exact-drawn", "the same from the weights that full draws", method_kind::flow, true,
     run_exact_drawn},
    {"one-way", "two-layer late fusion, the first modality not seeing the second",
     method_kind::flow, false, run_one_way},
    {"exact-epochs", "epochs of the two-layer network that full draws, in the exact form",
     method_kind::network, true, run_exact_epochs},
    {"compressed", "the network that full draws, between a few vectors of each hidden space",
     method_kind::network, true, run_compressed},
    {"sampled", "compressed networks, drawn directly at any width", method_kind::network, false,
     run_sampled},
    {"full", "full network", method_kind::network, true, run_full},
});

}  // namespace

std::span<const method> method_table() { return methods; }

std::vector<std::string> method_names() {
    std::vector<std::string> names;
    names.reserve(methods.size());
    for (const method& m : methods) {
        names.emplace_back(m.name);
    }
    return names;
}

const method& find_method(std::string_view name) {
    const auto* found = std::find_if(std::begin(methods), std::end(methods),
                                     [name](const method& m) { return m.name == name; });
    if (found == std::end(methods)) {
        throw data::input_error("methods", fmt::format("need some of {}; got '{}'",
                                                       fmt::join(method_names(), ", "), name));
    }
    return *found;
}

solver::simulation train(const model& m, const solver::simulate_options& options) {
    require_form(m, options);
    return sees_samples(m, options) ? solver::simulate(*m.samples, m.architecture, m.init, options)
                                    : solver::simulate(m.moments, m.architecture, m.init, options);
}

solver::simulation train_from(const model& m, const solver::simulate_options& options,
                              solver::weighted_network start) {
    require_form(m, options);
    return sees_samples(m, options)
               ? solver::simulate_from(*m.samples, m.architecture, start.shape,
                                       std::move(start.weights), m.init, options)
               : solver::simulate_from(m.moments, m.architecture, m.init, options,
                                       std::move(start));
}

std::string label(const method& m, const settings& s) {
    if (m.kind == method_kind::network && !s.simulate.samples.units.is_linear()) {
        return fmt::format("{} {} network", theory::to_string(s.init.drawn),
                           solver::to_string(s.simulate.samples.units));
    }
    if (m.kind == method_kind::network) {
        return fmt::format("{}{} network", m.name == "full" ? "" : fmt::format("{} ", m.name),
                           theory::to_string(s.init.drawn));
    }
    if (m.kind == method_kind::flow) {
        return m.name == "flow"      ? "reduced flow"
               : m.name == "chain"   ? "chain flow"
               : m.name == "exact"   ? "exact flow"
               : m.name == "one-way" ? "one-way flow"
                                     : "exact flow of the draw";
    }
    return m.name == "refined" ? "refined formula" : m.name == "law" ? "width law" : "formula";
}

bool is_random(const method& m, const settings& s) {
    const bool draws = m.kind == method_kind::network || m.name == "exact-drawn";
    const bool shuffles = m.kind == method_kind::network && s.simulate.samples.batch > 0;
    return shuffles || (draws && s.init.drawn != theory::scheme::balanced);
}

}  // namespace fusionflow::validation
