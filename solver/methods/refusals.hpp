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

/// Refuses initial weights that no norm u0 describes.
[[nodiscard]] inline std::optional<data::input_error> need_norm(const model& about) {
    if (about.init.has_norm()) {
        return std::nullopt;
    }
    const std::string rule =
        "it stands for balanced layers of norm --init, which this model does not have: need "
        "networks (full, compressed or sampled), or at two layers the exact flow";
    return data::input_error(about.init.layer_norms.empty() ? "scheme" : "layer-norms",
                             "the reduced flow has no answer: " + rule);
}

/// Refuses biases that change what is learned. Beside networks on samples, whose units may be
/// rectifiers and whose means are those of a draw, formulas and flows stand as approximations.
[[nodiscard]] inline std::optional<data::input_error> need_no_biases(const model& about) {
    if (!about.biases_matter() || about.samples) {
        return std::nullopt;
    }
    return data::input_error(
        "bias", "formulas and flows know no biases: need networks from moments (full, compressed "
                "or sampled), or --bias none; biases of zero change nothing where inputs and "
                "targets are centered");
}

/// Refuses what formulas and flows do not know: biases, features beyond linear ones, and weight
/// decay.
[[nodiscard]] inline std::optional<data::input_error> need_plain_training(const model& about) {
    if (auto refused = need_no_biases(about)) {
        return refused;
    }
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
