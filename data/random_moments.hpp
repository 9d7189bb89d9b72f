#pragma once

#include <cstdint>
#include <vector>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::data {

/// Moments of a data set without any structure: vector modalities with correlations of every kind
/// inside and between them, no noise.
///
///     Sigma ~ inverse-Wishart, D + 2 degrees of freedom, scale Psi = diag(2 for A, 1 for the rest)
///     y = w x,   w uniform on (-1, 1)^D
///
/// The mean of Sigma is Psi, so the first modality has twice the variance of the others. With so
/// few degrees of freedom single entries of Sigma have no finite variance: data sets differ a lot.
///
/// \param dims  D_m >= 1, one per modality; their sum D is at most 5000.
/// \param seed  Any; the same seed gives the same digits.
/// \throws input_error naming dims.
/// \see docs/theory.md#data; tests/data/random_moments_test.cpp
[[nodiscard]] moments random_moments(const std::vector<int>& dims, std::uint64_t seed);

}  // namespace fusionflow::data
