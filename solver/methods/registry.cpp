#include "fusionflow/solver/method.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/methods/equal_rates.hpp"

namespace fusionflow::solver {

// Each method is defined in a file of this folder. A new one must be named only in these two lists.
extern const method formula_method, refined_method, law_method, flow_method, chain_method,
    exact_method, exact_drawn_method, one_way_method, exact_epochs_method, compressed_method,
    sampled_method, full_method;

namespace {

constexpr auto all_methods = std::to_array<const method*>(
    {&formula_method, &refined_method, &law_method, &flow_method, &chain_method, &exact_method,
     &exact_drawn_method, &one_way_method, &exact_epochs_method, &compressed_method,
     &sampled_method, &full_method});

}  // namespace

std::span<const method* const> methods() { return all_methods; }

std::vector<std::string> method_names() {
    std::vector<std::string> names;
    names.reserve(all_methods.size());
    for (const method* m : all_methods) {
        names.emplace_back(m->name);
    }
    return names;
}

const method& find_method(std::string_view name) {
    const auto* found = std::find_if(all_methods.begin(), all_methods.end(),
                                     [name](const method* m) { return m->name == name; });
    if (found == all_methods.end()) {
        throw data::input_error("methods", fmt::format("need some of {}; got '{}'",
                                                       fmt::join(method_names(), ", "), name));
    }
    return **found;
}

std::string_view to_string(standing s) {
    switch (s) {
        case standing::exact: return "exact";
        case standing::statistical: return "statistical";
        case standing::asymptotic: return "asymptotic";
    }
    return "";
}

bool predicts(const method& how) {
    return how.kind != method_kind::network && how.draws == method_draws::nothing;
}

const method* best_prediction(const model& about) {
    const bool random = !about.init.balanced();
    // Compared in order; false comes before true.
    const auto rank = [&](const method& how) {
        return std::tuple(how.stands(about), how.kind == method_kind::formula,
                          how.starts_random != random);
    };
    const method* best = nullptr;
    for (const method* how : all_methods) {
        if (predicts(*how) && !how->refusal(about) && (!best || rank(*how) < rank(*best))) {
            best = how;
        }
    }
    return best;
}

answer run(const method& how, const model& about, const run_options& options) {
    about.validate();
    options.validate();
    data::need(!options.start || how.takes_start, "weights",
               "{} cannot start from given weights: need full or compressed", how.name);
    if (const auto refused = how.refusal(about)) {
        throw *refused;
    }
    answer result = learns_at_one_rate(how, about) ? how.run(about, options)
                                                   : run_at_equal_rates(how, about, options);
    if (options.clock != &theory::norm_clock) {
        theory::tell_by(*options.clock, result);
        if (result.clocks.empty()) {
            result.warnings.push_back(
                fmt::format("{} has no times by the clock {}: need norm, or a flow or network",
                            how.name, options.clock->name));
        }
    }
    return result;
}

answer run(std::string_view method_name, const model& about, const run_options& options) {
    return run(find_method(method_name), about, options);
}

std::string label(const method& how, const theory::initialisation& init, const training& trained) {
    if (how.kind != method_kind::network) {
        return std::string(how.label);
    }
    if (!trained.samples.units.is_linear()) {
        return fmt::format("{} {} network", init.drawn->name, to_string(trained.samples.units));
    }
    return fmt::format("{}{}{} network", how.label, how.label.empty() ? "" : " ", init.drawn->name);
}

bool is_random(const method& how, const theory::initialisation& init, const training& trained) {
    const bool shuffles =
        how.draws == method_draws::weights_and_batches && trained.samples.batch > 0;
    return shuffles || (how.draws != method_draws::nothing && !init.balanced());
}

}  // namespace fusionflow::solver
