#pragma once

#include <Eigen/Core>
#include <vector>

namespace fusionflow::theory {

/// The part of a modality that a network of several targets has not learned yet, while what it has
/// learned stands still (docs/theory.md#small-weights).
///
/// A balanced branch of n layers is known by A (K x D), A = U diag(u) V^T, whose layers multiply to
/// U diag(u^n) V^T; a trunk of p layers by P (K x K), P^2 = sum_m A_m A_m^T + c. Their gradient
/// flow under constant pushes E_m (K x D_m) in place of residuals needs no data.
struct small_block {
    int layers = 3;             ///< n >= 1; >= 2 without a trunk
    Eigen::MatrixXd weights{};  ///< A, K x D
    Eigen::MatrixXd push{};     ///< E, K x D; unit: target x input
};

/// A mode that has grown without bound.
struct grown_mode {
    int block = -1;            ///< index of its block; -1: no mode has grown
    double rate = 0;           ///< its singular value of the push; target x input
    double size = 0;           ///< its norm u where an integration ended; 0 in closed form
    Eigen::VectorXd output{};  ///< K numbers
    Eigen::VectorXd input{};   ///< D numbers
};

/// How small weights grew.
struct small_growth {
    double time = 0;  ///< units of tau; infinity: no mode ever grows
    grown_mode mode{};
    std::vector<Eigen::MatrixXd> weights{};  ///< A_m then, without that mode
};

/// Lets small weights grow until a mode leaves them, or for a time.
///
/// Closed forms serve one block without a trunk that has two layers or one row or column
/// (turning_factor()), paths of two layers with c = 0, and blocks with the modes of their pushes
/// and the same outputs. Otherwise the layers are integrated (Dormand-Prince, 1e-9 a step).
///
/// \param blocks   Exactly one without a trunk, one or more with a trunk.
/// \param shared   p >= 0.
/// \param excess   c >= 0; weight squared.
/// \param longest  Longest time, >= 0; infinity: until a mode leaves.
/// \param end      Without a trunk, the norm at which a mode has arrived, or infinity. With a
///                 trunk its time is that to the norm 1, as in first_phase_time().
/// \see tests/theory/small_network_test.cpp
[[nodiscard]] small_growth grow(const std::vector<small_block>& blocks, int shared, double excess,
                                double longest, double end);

}  // namespace fusionflow::theory
