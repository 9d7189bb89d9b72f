#pragma once

#include "validation/settings.hpp"

namespace fusionflow::validation {

/// Step size times curvature of the loss, the largest at the fixed points that training passes:
///
///     eta lambda_max(B^(1/2) Sigma B^(1/2)),   B_m = |W_m|^(2 - 2/n_m) (1 + (n_m - 1) w_m w_m^T),
///
/// w_m the direction of W_m: the curvature of a balanced network at W, where the residual is zero.
/// Gradient descent settles at a point only where this is below 2; above, its runs say nothing
/// about the flow, and two programs that round differently do not even agree on them.
///
/// \return  0 where this is not known, or every step is small: gradient flow, networks that moments
///          do not tell all about, several targets, trunks.
/// \throws data::input_error as build_model.
/// \see docs/numerics.md#unstable-steps; tests/validation/step_stability_test.cpp
[[nodiscard]] double step_times_curvature(const model& about, const settings& s);

/// What step_times_curvature() must not exceed.
inline constexpr double most_stable_step = 2;

}  // namespace fusionflow::validation
