#pragma once

#include <string>

#include "fusionflow/solver/losses/loss.hpp"
#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

/// The units' function, z for z > 0 and slope z otherwise, after every layer but the last.
struct activation {
    double slope = 1;  ///< 1: linear, 0: ReLU; >= 0, finite

    [[nodiscard]] bool is_linear() const noexcept { return slope == 1; }
};

/// `linear`, `relu` or `leaky:A`.
[[nodiscard]] std::string to_string(const activation& a);
/// \throws data::input_error naming activation.
[[nodiscard]] activation parse_activation(const std::string& text);

/// How a network is trained on samples, beside what solver::training says.
struct sample_options {
    activation units{};
    const loss_function* loss = &squared_loss;         ///< not null
    const update_rule* rule = &gradient_descent_rule;  ///< not null
    bool bias = false;  ///< one per hidden unit and output, 0 at t = 0
    long batch = 0;     ///< samples per step, reshuffled each epoch; 0: all

    /// True where samples act through their second moments only: linear units without biases, the
    /// squared error, all samples in every step of plain gradient descent.
    [[nodiscard]] bool moments_suffice() const noexcept {
        return units.is_linear() && loss->squared && rule->plain && !bias && batch == 0;
    }

    /// \throws data::input_error naming activation or batch.
    void validate() const;
};

}  // namespace fusionflow::solver
