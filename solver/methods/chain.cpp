// The chain flow of gaussian networks of large width.

#include <fmt/format.h>

#include "fusionflow/solver/flows/chain_flow.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/methods/refusals.hpp"
#include "fusionflow/solver/methods/standings.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/theory/finite/effective_start.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::solver {

namespace {

std::optional<data::input_error> refuse_chain(const model& about) {
    auto refused = need_one_target(about);
    const std::string missing = theory::missing_start(about.architecture, about.init);
    if (!refused && !missing.empty()) {
        refused =
            data::input_error("scheme", fmt::format("no chain flow stands for {} networks here: {}",
                                                    about.init.drawn->name, missing));
    }
    return refused;
}

answer run_chain(const model& about, const run_options& options) {
    theory::require_range(about.architecture, about.init);
    const theory::effective_start start =
        theory::aligned_start(about.moments, about.architecture, about.init);
    chain_flow system(about.moments, start.weights, about.init.balanced());
    answer result =
        run_flow(system, about.moments, about.architecture,
                 theory::race_saddles(about.moments, about.architecture, about.init), options);
    result.equations = "chain";
    return result;
}

}  // namespace

/// Integrates the chain flow, which stands for gaussian networks of a large width as the reduced
/// flow does for balanced ones (docs/width-law.md#start). From a balanced start it is the reduced
/// flow, in other coordinates. \see tests/solver/chain_flow_test.cpp
extern const method chain_method = {.name = "chain",
                                    .about = "chain flow of gaussian networks of large width",
                                    .kind = method_kind::flow,
                                    .starts_random = true,
                                    .label = "chain flow",
                                    .refusal = refuse_chain,
                                    .stands = exact_if_balanced,
                                    .run = run_chain};

}  // namespace fusionflow::solver
