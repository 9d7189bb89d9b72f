#pragma once

#include <cstdint>
#include <vector>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::data {

/// A Gaussian population whose inputs are all independent, with one variance for each modality:
///
///     x_m ~ N(0, v_m I),   y = w sum of all inputs + noise
struct population_options {
    std::vector<int> dims{50, 50};        ///< D_m >= 1, one per modality; their sum D <= 5000
    std::vector<double> variances{3, 1};  ///< v_m of each input of modality m, 1e-50 ... 1e50
    double input_weight = 0.1;            ///< w, of every input, finite, within +-1e50
    double noise = 0;                     ///< standard deviation of the noise, 0 ... 1e50

    /// \throws input_error naming dims, variances, input-weight or noise.
    void validate() const;
};

/// Moments of the population itself.
///
///     Sigma = diag(v_m, D_m times),   s = w (v_m, D_m times),   <y^2> = w^2 sum D_m v_m + noise^2
///
/// \throws input_error as population_options::validate.
[[nodiscard]] moments population_moments(const population_options& options);

/// Second moments of P samples drawn from the population: X^T X / P, X^T y / P, y^T y / P, noise in
/// y included. With P < D the covariance is singular. A larger P continues the same samples.
///
/// \param count  P, 1 ... 10,000,000.
/// \param seed   Any; the same seed gives the same digits.
/// \throws input_error naming draws, or as population_options::validate.
/// \see docs/theory.md#data; tests/data/population_test.cpp
[[nodiscard]] moments drawn_moments(const population_options& options, long count,
                                    std::uint64_t seed);

}  // namespace fusionflow::data
