#include "validation/methods.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "data/error.hpp"
#include "data/random.hpp"
#include "theory/race.hpp"
#include "theory/refined.hpp"

namespace fusionflow::validation {

namespace {

method_result not_available() {
    method_result result;
    result.available = false;
    return result;
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
    if (decay > 0 && !m.architecture.two_layer_late()) {
        return not_available();
    }
    method_result result;
    result.answer = theory::race(m.moments, m.architecture, m.init, decay).answer;
    return result;
}

method_result run_refined(const settings& s, int /*repeat*/, bool /*record*/) {
    const model m = build_model(s);
    if (s.simulate.weight_decay > 0) {
        return not_available();
    }
    auto answer = theory::refined_two_layer(
        m.moments, m.architecture, theory::expected_grams(m.moments, m.init), s.learning_rate());
    if (!answer) {
        return not_available();
    }
    method_result result;
    result.answer = std::move(*answer);
    return result;
}

// The reduced flow stands for balanced networks whatever scheme the other methods draw from.
method_result run_flow(const settings& s, int /*repeat*/, bool record) {
    model m = build_model(s);
    if (s.simulate.weight_decay > 0) {
        return not_available();
    }
    m.init.drawn = theory::scheme::balanced;
    solver::integrate_options options = s.simulate.flow;
    options.record = record;
    return from_run(solver::integrate(m.moments, m.architecture, m.init, options));
}

method_result run_exact_from(const settings& s, const model& m,
                             const solver::two_layer_start& start, bool record) {
    solver::integrate_options options = s.simulate.flow;
    options.record = record;
    return from_run(solver::integrate_exact(m.moments, m.architecture, m.init, start, options));
}

method_result run_exact(const settings& s, int /*repeat*/, bool record) {
    const model m = build_model(s);
    if (s.simulate.weight_decay > 0 || !solver::has_exact_flow(m.architecture, m.init)) {
        return not_available();
    }
    return run_exact_from(
        s, m, solver::two_layer_start::expected(m.moments, m.architecture, m.init), record);
}

// The weights that run_full() trains.
method_result run_exact_drawn(const settings& s, int repeat, bool record) {
    const model m = build_model(s);
    if (s.simulate.weight_decay > 0 || !solver::has_exact_flow(m.architecture, m.init)) {
        return not_available();
    }
    const std::uint64_t seed = data::repeat_seed(s.simulate.seed, repeat);
    return run_exact_from(
        s, m, solver::two_layer_start::drawn(m.moments, m.architecture, m.init, seed), record);
}

method_result run_full(const settings& s, int repeat, bool record) {
    const model m = build_model(s);
    solver::simulate_options options = s.simulate;
    options.seed = data::repeat_seed(options.seed, repeat);
    options.flow.record = record;
    return from_run(solver::simulate(m.moments, m.architecture, m.init, options).run);
}

constexpr auto methods = std::to_array<method>({
    {"formula", "leading order in small initial weights", method_kind::formula, run_formula},
    {"refined", "half-height times of two-layer late fusion at finite initial scale",
     method_kind::formula, run_refined},
    {"flow", "reduced flow of balanced networks", method_kind::flow, run_flow},
    {"exact", "exact flow of two-layer late or early fusion, from expected random weights",
     method_kind::flow, run_exact},
    {"exact-drawn", "the same from the weights that full draws", method_kind::flow,
     run_exact_drawn},
    {"full", "full network", method_kind::network, run_full},
});

}  // namespace

std::span<const method> method_table() { return methods; }

const method& find_method(std::string_view name) {
    const auto* found = std::find_if(std::begin(methods), std::end(methods),
                                     [name](const method& m) { return m.name == name; });
    if (found == std::end(methods)) {
        std::vector<std::string_view> names;
        names.reserve(std::size(methods));
        for (const method& m : methods) {
            names.push_back(m.name);
        }
        throw data::input_error(
            "methods", fmt::format("need some of {}; got '{}'", fmt::join(names, ", "), name));
    }
    return *found;
}

std::string label(const method& m, const settings& s) {
    if (m.kind == method_kind::network) {
        return fmt::format("{} network", theory::to_string(s.init.drawn));
    }
    if (m.kind == method_kind::flow) {
        return m.name == "flow"    ? "reduced flow"
               : m.name == "exact" ? "exact flow"
                                   : "exact flow of the draw";
    }
    return m.name == "refined" ? "refined formula" : "formula";
}

bool is_random(const method& m, const settings& s) {
    const bool draws = m.kind == method_kind::network || m.name == "exact-drawn";
    return draws && s.init.drawn != theory::scheme::balanced;
}

}  // namespace fusionflow::validation
