#pragma once

#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::theory {

/// Learning rates of a network's parts, as factors of the common one. The layers of branch m, up to
/// and with its columns of the fusing layer, and their biases learn at g_m / tau; the trunk, its
/// biases and those of the space where branches meet learn at g_f / tau.
///
/// \see docs/theory.md#learning-rates
struct learning_rates {
    std::vector<double> branches{};  ///< g_m > 0, one per modality; empty: 1 for all
    double trunk = 1;                ///< g_f > 0

    /// g_m
    [[nodiscard]] double branch(int m) const {
        return branches.empty() ? 1 : branches[static_cast<std::size_t>(m)];
    }
    /// True where every part learns at the common rate.
    [[nodiscard]] bool equal() const noexcept;
    /// \throws data::input_error naming learning-rates: not one factor per modality, or one that is
    ///         not within 1e-6 ... 1e6.
    void validate(int modalities) const;
};

/// a_m = g_m^(n_m/2) g_f^(p/2), M numbers: what the inputs of modality m are multiplied by in the
/// network that learns at one rate (equal_rates_model).
[[nodiscard]] std::vector<double> input_factors(const architecture& arch,
                                                const learning_rates& rates);

/// Data and initial weights of the linear network without biases that learns at one rate and is the
/// same function of time. With V = W / sqrt(g) in every layer, gradient flow of W at the rate
/// g/tau, and gradient descent with the step g eta, are gradient flow of V at the rate 1/tau and
/// gradient descent with the step eta, on inputs a_m x_m and from V(0) = W(0) / sqrt(g):
///
///     W_m = a_m V_m,   s_m -> a_m s_m,   Sigma_mn -> a_m a_n Sigma_mn
struct equal_rates_model {
    data::moments moments;
    initialisation init;
};

/// \throws data::input_error as learning_rates::validate(), or naming learning-rates where the
///         inputs would leave the range of moments.
/// \see tests/theory/learning_rates_test.cpp
[[nodiscard]] equal_rates_model at_equal_rates(const data::moments& moments,
                                               const architecture& arch, const initialisation& init,
                                               const learning_rates& rates);

}  // namespace fusionflow::theory
