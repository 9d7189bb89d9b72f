#pragma once

#include <Eigen/Core>

#include "fusionflow/solver/model.hpp"

namespace fusionflow::validation {

/// Step size times the largest curvature of the loss of a balanced network where its residual is
/// zero:
///
///     eta lambda_max(B^(1/2) Sigma B^(1/2)),   B_m = |W_m|^(2 - 2/n_m) (1 + (n_m - 1) w_m w_m^T),
///
/// w_m the direction of W_m. Gradient descent settles only where this is below 2; above, its runs
/// say nothing about the flow, and two programs that round differently do not even agree. Steps
/// that go to and fro about a solution end on either side of it: the curvature is the larger one of
/// that at W and that a step further on.
///
/// \param weights  W, stacked: where training ended.
/// \return  0 where this is not known, or every step is small: gradient flow, networks that moments
///          do not tell all about, several targets, trunks; weights that are empty or not finite.
/// \see docs/numerics.md#unstable-steps; tests/validation/step_stability_test.cpp
[[nodiscard]] double step_times_curvature(const solver::model& about,
                                          const Eigen::VectorXd& weights);

/// What step_times_curvature() must not exceed.
inline constexpr double most_stable_step = 2;

}  // namespace fusionflow::validation
