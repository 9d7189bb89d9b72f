#pragma once

#include <optional>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/model.hpp"

// Reasons that several methods have for not answering.
namespace fusionflow::solver {

/// Returns what a check throws, as a reason not to answer; nothing where the check passes.
template <typename Check>
[[nodiscard]] std::optional<data::input_error> reason_of(const Check& check) {
    try {
        check();
    } catch (const data::input_error& e) {
        return e;
    }
    return std::nullopt;
}

/// Refuses what formulas and flows do not know: features beyond linear ones, and weight decay.
[[nodiscard]] inline std::optional<data::input_error> need_plain_training(const model& about) {
    if (about.beyond_linear()) {
        return data::input_error(
            "data",
            "formulas and flows do not cover these features: need a network trained on samples");
    }
    if (about.training.weight_decay > 0) {
        return data::input_error("weight-decay", "need the formula, or a network");
    }
    return std::nullopt;
}

/// Refuses these and several targets.
[[nodiscard]] inline std::optional<data::input_error> need_one_target(const model& about) {
    if (auto refused = reason_of([&] { (void)about.moments.correlation(); })) {
        return refused;
    }
    return need_plain_training(about);
}

}  // namespace fusionflow::solver
