#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::theory {

/// Where a network of several targets stands on a plateau: the least-squares solution whose parts
/// have these ranks.
///
///     W minimises <|y - W x|^2>,   rank W_m <= r_m,   columns in a space of `units` dimensions
///
/// With a trunk that space is what the trunk has learned; without one it is all of R^K.
struct rank_solution {
    Eigen::MatrixXd space;  ///< K x units, orthonormal; principal axes of sum_m W_m W_m^T
    std::vector<Eigen::MatrixXd> outputs;  ///< K x r_m, orthonormal: the range of W_m
    Eigen::VectorXd weights;               ///< W, stacked
    Eigen::VectorXd residual;              ///< E = s - W Sigma, stacked
    double loss = 0;                       ///< target squared
    bool converged = true;                 ///< false: the iteration was stopped
};

/// The plateau that gradient flow comes to rest on from a start of these ranks, by alternating
/// least squares: modalities in turn (on what the others leave), then the space.
///
/// \param moments  Any.
/// \param start    Where to begin: its space, outputs (r_m <= min(units, D_m) directions in the
///                 space) and weights; the rest is not used. Modes in which a modality's outputs
///                 have no part are not found, however strong: flows do not find them either before
///                 they grow.
/// \see docs/theory.md#vector-targets; tests/theory/rank_solution_test.cpp
[[nodiscard]] rank_solution solve_ranks(const data::moments& moments, const rank_solution& start);

}  // namespace fusionflow::theory
