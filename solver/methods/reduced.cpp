// The reduced flow of balanced networks.

#include <memory>

#include "fusionflow/solver/flows/early_reduced_flow.hpp"
#include "fusionflow/solver/flows/reduced_flow.hpp"
#include "fusionflow/solver/flows/targets_flow.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/methods/refusals.hpp"
#include "fusionflow/solver/methods/standings.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::solver {

namespace {

// The reduced flow stands for balanced networks, whatever scheme the model draws from.
answer run_reduced(const model& about, const run_options& options) {
    const data::moments& moments = about.moments;
    const theory::architecture& arch = about.architecture;
    theory::initialisation init = about.init;
    init.drawn = &theory::balanced_scheme;
    if (moments.outputs() > 1) {
        targets_flow system(moments, arch, init);
        answer result = run_flow(system, moments, arch, {}, options);
        result.equations = "targets";
        return result;
    }
    const auto saddles = theory::race_saddles(moments, arch, init);
    std::unique_ptr<flow> system;
    if (early_reduced_flow::serves(moments, arch)) {
        system = std::make_unique<early_reduced_flow>(moments, arch, init);
    } else {
        system = std::make_unique<reduced_flow>(moments, arch, init);
    }
    answer result = run_flow(*system, moments, arch, saddles, options);
    result.equations = "reduced";
    return result;
}

std::optional<data::input_error> refuse_reduced(const model& about) {
    if (auto refused = need_norm(about)) {
        return refused;
    }
    return need_plain_training(about);
}

}  // namespace

/// Integrates the reduced flow of balanced, aligned networks (docs/theory.md#reduced-flow), or with
/// several targets the matrix flow (targets_flow). \see tests/solver/integrate_test.cpp
extern const method flow_method = {.name = "flow",
                                   .about = "reduced flow of balanced networks",
                                   .kind = method_kind::flow,
                                   .label = "reduced flow",
                                   .refusal = refuse_reduced,
                                   .stands = exact_if_balanced,
                                   .run = run_reduced};

}  // namespace fusionflow::solver
