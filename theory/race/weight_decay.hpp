#pragma once

#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::theory {

/// Pulls k_m of weight decay on the total weights of balanced networks: dW_m/dt has the direction
/// of E_m - k_m W_m.
///
///     k_m = lambda (u_m / |W_m|)^2,   |W_m| = u_m^n_m u_f^p,   u_f^2 = sum_m u_m^2
///
/// \param norms   |W_m|, M numbers >= 0.
/// \param lambda  Weight decay > 0, per unit of time.
/// \return  M numbers; infinity where |W_m| = 0.
/// \see docs/theory.md#weight-decay; tests/theory/weight_decay_test.cpp
[[nodiscard]] Eigen::VectorXd decay_pulls(const architecture& arch, const Eigen::VectorXd& norms,
                                          double lambda);

/// solve_partial() under weight decay, on a set K of modalities. It is the minimum, reached
/// downhill from the least-squares solution, of the loss plus the cost of the smallest layers whose
/// products are W:
///
///     W_K = s_K (Sigma_K + diag k)^-1,   k = decay_pulls(|W|)
///
/// It is the only minimum for two-layer late fusion; deeper networks have another one at zero.
///
/// \param lambda  >= 0; 0: the least-squares solution.
/// \return  W_m is zero where weight decay holds a modality of K at zero.
[[nodiscard]] partial_solution solve_partial(const data::moments& moments,
                                             const data::modality_set& learned,
                                             const architecture& arch, double lambda);

/// \throws data::input_error naming weight-decay unless lambda is finite and >= 0.
void check_weight_decay(double lambda);

}  // namespace fusionflow::theory
