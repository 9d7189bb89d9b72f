#pragma once

#include <Eigen/Core>

#include "fusionflow/solver/model.hpp"

namespace fusionflow::validation {

/// Step size times the largest curvature of the loss of a balanced network where its residual is
/// zero:
///
///     eta lambda_max(B^(1/2) Sigma B^(1/2)),   B_m = |W_m|^(2 - 2/n_m) (1 + (n_m - 1) w_m w_m^T),
///
/// w_m the direction of W_m. Gradient descent settles only where this is below 2. Above, its runs
/// say nothing about the flow, and two programs that round differently do not even agree. Steps
/// that jump to and fro about a solution may end on either side of it, so that the larger of the
/// curvatures at W and one step further on is taken.
///
/// \param weights  W, stacked: where training ended.
/// \return  0 for gradient flow, which has no steps, and where the product is not known: networks
///          that see more than moments or are not linear, several targets, trunks; weights that are
///          empty or not finite.
/// \see docs/numerics.md#unstable-steps; tests/validation/step_stability_test.cpp
[[nodiscard]] double step_times_curvature(const solver::model& about,
                                          const Eigen::VectorXd& weights);

/// What step_times_curvature() must not exceed.
inline constexpr double most_stable_step = 2;

}  // namespace fusionflow::validation
