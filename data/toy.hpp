#pragma once

#include <array>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::data {

/// The paper's example: scalar x_A, x_B with sd(x_B) = 1, y = w_A x_A + w_B x_B + noise.
struct toy_options {
    double rho = 0;                              ///< correlation of x_A and x_B, -1 < rho < 1
    double ratio = 2;                            ///< kappa = sd(x_A) / sd(x_B) > 0
    std::array<double, 2> target_weights{1, 1};  ///< w_A, w_B, finite
    double noise = 0;                            ///< standard deviation of the noise, >= 0

    /// \throws input_error naming rho, ratio, target-weights or noise.
    void validate() const;
};

/// Population moments of the toy data, modalities named A and B.
///
///     Sigma = [[kappa^2, rho kappa], [rho kappa, 1]],  s = w Sigma,  <y^2> = w Sigma w^T + noise^2
///
/// \throws input_error as toy_options::validate.
[[nodiscard]] moments toy_moments(const toy_options& options);

}  // namespace fusionflow::data
