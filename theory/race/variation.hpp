#pragma once

#include <Eigen/Core>

#include "fusionflow/theory/dual.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::theory {

/// A small change of a model, per unit of the parameter that changes.
struct variation {
    Eigen::MatrixXd covariance;   ///< d Sigma, D x D, symmetric
    Eigen::VectorXd correlation;  ///< d s, D numbers
    double log_init = 0;          ///< d ln u of all initial layers
    double weight_decay = 0;      ///< d lambda
    double learning_rate = 0;     ///< d eta

    /// The change that leaves everything as it is.
    [[nodiscard]] static variation none(const data::moments& moments);
    /// x_k -> c x_k, by ln c:  d Sigma = C Sigma + Sigma C, d s = s C with C the identity on k.
    [[nodiscard]] static variation of_scale(const data::moments& moments, int k);
    /// y -> c y, by ln c:  d s = s.
    [[nodiscard]] static variation of_target(const data::moments& moments);
    /// Sigma_jk -> (1 + e) Sigma_jk and its transpose, by e, where the data's own linear law
    /// w = s Sigma^+ and all that is left of y stay:  d s = w d Sigma.
    [[nodiscard]] static variation of_coupling(const data::moments& moments, int j, int k);
};

/// W and E of a partial solution, in double or with slopes.
template <typename Number>
struct saddle_numbers {
    vector_of<Number> weights;
    vector_of<Number> residual;
};

/// How W_K and E of a partial solution change with the model, by implicit differentiation of
/// s_K = W_K Sigma_K + lambda W_m/|W_m|:
///
///     dW_K = (ds_K - W_K dSigma_K - dlambda W_m/|W_m|) (Sigma_K + lambda H)^+,
///     H_m = (1 - W_m^T W_m/|W_m|^2)/|W_m|,   dE = ds - W dSigma - dW Sigma
///
/// For a singular Sigma_K, (W Sigma_K^+) dSigma_K (1 - Sigma_K Sigma_K^+) is added to dW_K. Weights
/// that weight decay holds at zero stay there.
///
/// \param saddle  solve_partial() of the moments, with `weight_decay`.
/// \return  Slopes are NaN where the change alters the rank of Sigma_K: W_K jumps there.
/// \see docs/theory.md#sensitivities; tests/theory/variation_test.cpp
[[nodiscard]] saddle_numbers<dual> moving_saddle(const data::moments& moments,
                                                 const partial_solution& saddle,
                                                 const variation& change, double weight_decay);

/// initial_directions() of modality m with slopes, D_m numbers: a vector turns with s_m.
[[nodiscard]] vector_of<dual> moving_direction(const data::moments& moments,
                                               const variation& change, int m);

/// moving_saddle() for dual numbers, W and E of the saddle itself for others.
template <typename Number>
[[nodiscard]] saddle_numbers<Number> numbers_at(const data::moments& moments,
                                                const partial_solution& saddle,
                                                const variation* change, double weight_decay) {
    if constexpr (is_dual<Number>) {
        return moving_saddle(moments, saddle, *change, weight_decay);
    } else {
        (void)moments, (void)change, (void)weight_decay;
        return {saddle.weights, saddle.residual};
    }
}

}  // namespace fusionflow::theory
