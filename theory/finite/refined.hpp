#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/theory/learning.hpp"

namespace fusionflow::theory {

/// Half-height times of two-layer late fusion at finite initial scale.
///
/// With constant residual E_m the weights Theta_m = [W1_m^T; w2_m] grow linearly,
/// tau d Theta/dt = K Theta, K = [[0, E^T], [E, 0]], so the Gram matrix Q = Theta Theta^T is known
/// in closed form; along the growing direction g = (e; 1)/sqrt(2), P = g^T Q g / 2 saturates
/// logistically at the |W| it reaches. Hence
///
///     t_A = tau/(2|s_A|) ln(|W_A|/P_0 - 1),
///     t_B = t_A + tau/(2|E_B|) ln(|W_B|/P_B - 1)   with   P_B = P at t_A,
///
/// where P_B holds both the growth in phase one with its sign and, for vector modalities, the
/// factor ((1 + cos angle)/2)^2 for the turn of the residual. To t_B is added the delay from A's
/// lag while A gives way to B (docs/theory.md#lag); on toy data with beta = rho/kappa it is
///
///     tau/(2|E_B|) beta^2 int_0^(W_B/2) da / ((W_A - beta a)(1 - a/W_B)).
///
/// It is left out where A would have to pass through zero. Further modalities follow in the same
/// way, phase by phase.
///
/// \param grams          Q_m at t = 0, (D_m+1) x (D_m+1): expected_grams(), or a drawn network's.
/// \param learning_rate  eta of gradient descent, > 0: growth e^(r t) becomes (1 + eta r)^(t/eta).
///                       Absent: gradient flow.
/// \return  Nothing unless arch.two_layer_late(). Times are `never` where a modality has no growing
///          component (balanced start after a sign reversal) or no residual, NaN where it begins
///          above its level.
/// \see docs/theory.md#refined; tests/theory/refined_test.cpp
[[nodiscard]] std::optional<learning> refined_two_layer(
    const data::moments& moments, const architecture& arch,
    const std::vector<Eigen::MatrixXd>& grams, std::optional<double> learning_rate = std::nullopt);

/// refined_two_layer() from the expected Gram matrices of a scheme. It works down to u0 = 1e-300,
/// where their entries, squares of u0, would be below the range of numbers. For schemes without a
/// norm u0 all times are NaN, with a warning, where initial weights of a modality are above a tenth
/// of what it is to learn, or where biases are drawn.
[[nodiscard]] std::optional<learning> refined_two_layer(
    const data::moments& moments, const architecture& arch, const initialisation& init,
    std::optional<double> learning_rate = std::nullopt);

}  // namespace fusionflow::theory
