#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fusionflow::solver {

/// Mean over samples of a function of the target y and the network's output f.
enum class loss_kind {
    mse,          ///< (y - f)^2 / 2
    logistic,     ///< ln(1 + e^(-y f)), y = +-1
    exponential,  ///< e^(-y f), y = +-1
};

[[nodiscard]] std::string_view to_string(loss_kind kind);
/// \throws data::input_error naming loss.
[[nodiscard]] loss_kind parse_loss(std::string_view name);

/// The loss of one sample.
[[nodiscard]] double loss_value(loss_kind kind, double target, double output);
/// Its derivative by the output. At f = 0: -y, -y/2 (logistic), -y (exponential).
[[nodiscard]] double loss_slope(loss_kind kind, double target, double output);

/// z for z > 0, slope z otherwise, after every layer but the last.
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
    loss_kind loss = loss_kind::mse;
    bool bias = false;  ///< one per hidden unit and output, 0 at the start
    long batch = 0;     ///< samples of a step, reshuffled each epoch; 0: all

    /// True where samples act through their second moments only: linear units without biases, the
    /// squared error, all samples in every step.
    [[nodiscard]] bool moments_suffice() const noexcept {
        return units.is_linear() && loss == loss_kind::mse && !bias && batch == 0;
    }

    /// \throws data::input_error naming activation or batch.
    void validate() const;
};

}  // namespace fusionflow::solver
