// The methods that are closed forms.

#include <utility>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/methods/refusals.hpp"
#include "fusionflow/solver/methods/standings.hpp"
#include "fusionflow/theory/finite/refined.hpp"
#include "fusionflow/theory/finite/width_law.hpp"
#include "fusionflow/theory/race/leading_order.hpp"
#include "fusionflow/theory/race/race_clocks.hpp"

namespace fusionflow::solver {

namespace {

std::optional<data::input_error> refuse_formula(const model& about) {
    // With biases that are drawn the formulas themselves say that there is no plateau. Weight decay
    // has a formula of its own, in two-layer late fusion.
    if (about.init.bias() != theory::bias_start::drawn) {
        if (auto refused = need_no_biases(about)) {
            return refused;
        }
    }
    return about.beyond_linear() || !about.architecture.two_layer_late()
               ? need_plain_training(about)
               : std::nullopt;
}

answer run_formula(const model& about, const run_options& /*options*/) {
    theory::require_range(about.architecture, about.init);
    theory::leading_order found = theory::race_with_errors(about.moments, about.architecture,
                                                           about.init, about.training.weight_decay);
    answer result(found.raced.answer);
    result.errors = std::move(found.errors);
    result.clocks = theory::clocks_of(about.moments, found.raced);
    return result;
}

std::optional<data::input_error> refuse_refined(const model& about) {
    auto refused = need_one_target(about);
    if (!refused && !about.architecture.two_layer_late()) {
        refused = data::input_error("fusion", "refined times exist for two-layer late fusion only");
    }
    return refused;
}

answer run_refined(const model& about, const run_options& /*options*/) {
    return answer(theory::refined_two_layer(about.moments, about.architecture, about.init,
                                            about.training.learning_rate)
                      .value());
}

std::optional<data::input_error> refuse_law(const model& about) {
    auto refused = need_one_target(about);
    const std::string missing = theory::missing_law(about.architecture, about.init);
    if (!refused && !missing.empty()) {
        refused = data::input_error("scheme", "no width law for this model: " + missing);
    }
    return refused;
}

answer run_law(const model& about, const run_options& /*options*/) {
    return answer(theory::width_law(about.moments, about.architecture, about.init).answer);
}

}  // namespace

extern const method formula_method = {.name = "formula",
                                      .about = "leading order in small initial weights",
                                      .kind = method_kind::formula,
                                      .label = "formula",
                                      .refusal = refuse_formula,
                                      .stands = always<standing::asymptotic>,
                                      .run = run_formula};

extern const method refined_method = {
    .name = "refined",
    .about = "half-height times of two-layer late fusion at finite initial scale",
    .kind = method_kind::formula,
    .label = "refined formula",
    .refusal = refuse_refined,
    .stands = always<standing::asymptotic>,
    .run = run_refined};

extern const method law_method = {.name = "law",
                                  .about = "width law of gaussian networks",
                                  .kind = method_kind::formula,
                                  .label = "width law",
                                  .refusal = refuse_law,
                                  .stands = always<standing::asymptotic>,
                                  .run = run_law};

}  // namespace fusionflow::solver
