// The one-way prediction of two-layer late fusion (docs/theory.md#one-way).

#include "fusionflow/solver/flows/one_way_flow.hpp"
#include "fusionflow/solver/flows/two_layer_start.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/methods/refusals.hpp"
#include "fusionflow/solver/methods/standings.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::solver {

namespace {

std::optional<data::input_error> refuse_one_way(const model& about) {
    auto refused = need_plain_training(about);
    const auto has_order = [&] {
        if (!(about.architecture.two_layer_late() && about.moments.count() == 2 &&
              about.moments.outputs() == 1)) {
            return false;
        }
        const auto saddles = theory::race_saddles(about.moments, about.architecture, about.init);
        return saddles.size() > 1 && saddles[1].learned.size() == 1;
    };
    if (!refused && !has_order()) {
        refused = data::input_error("one-way",
                                    "need two-layer late fusion of two modalities and one target, "
                                    "one of them learned before the other");
    }
    return refused;
}

// Starts from expected weights rather than drawn ones, since it is a prediction.
answer run_one_way(const model& about, const run_options& options) {
    const auto saddles = theory::race_saddles(about.moments, about.architecture, about.init);
    const auto start = two_layer_start::expected(about.moments, about.architecture, about.init);
    one_way_flow system(about.moments, start, saddles[1].learned.front());
    answer result = run_flow(system, about.moments, about.architecture, saddles, options);
    result.equations = "one-way";
    return result;
}

}  // namespace

/// Integrates A, the modality that the race expects first, as if alone, and B on what A leaves. The
/// path and the weights at the end are those of the prediction, in which A gives way to B at once.
/// \see tests/solver/one_way_flow_test.cpp
extern const method one_way_method = {
    .name = "one-way",
    .about = "two-layer late fusion, the first modality not seeing the second",
    .kind = method_kind::flow,
    .starts_random = true,
    .label = "one-way flow",
    .refusal = refuse_one_way,
    .stands = always<standing::asymptotic>,
    .run = run_one_way};

}  // namespace fusionflow::solver
