#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/theory/prediction/parameter.hpp"
#include "fusionflow/theory/prediction/predict.hpp"

namespace fusionflow::theory {

/// Derivatives of ln t_m by each parameter: rows are modalities, columns parameters.
///
/// NaN where there is none: a time that is never, unknown or zero; a formula that does not know the
/// parameter; a kink (a tie that the change breaks, a correlation or weight of exactly zero that it
/// moves) or a jump (a change of rank).
struct sensitivity_table {
    std::vector<parameter> parameters;
    Eigen::MatrixXd leading;                 ///< of race()
    std::optional<Eigen::MatrixXd> refined;  ///< of refined_two_layer(), where predict() has it
    std::vector<std::string> warnings;       ///< derivatives that do not exist, of times that do
};

/// Exact derivatives of the predicted times, d ln t_m / d theta, for the present order of learning.
///
/// Scales and the initial norm enter by their logarithms, so that -2 says: 1 % more makes it 2 %
/// earlier. The *coupling* of j and k is what a stronger correlation of the inputs does to the same
/// task: w* = s Sigma^+, what is left of y, and all other blocks of Sigma are kept, so that s moves
/// by w* dSigma. On toy data it is rho d/d rho at fixed target weights and kappa. It is given for
/// at most 12 modalities.
///
/// Forward automatic differentiation of the formulas; saddles, the trunk's norm and integrals by
/// implicit differentiation and under the integral sign. Every change is one more race.
///
/// \param options  As of predict(). weight_decay is a parameter of two-layer late fusion (at
///                 lambda = 0 the derivative is that of lambda > 0); learning_rate, where given, of
///                 refined times.
/// \throws data::input_error as race(): no derivatives of times beyond the range of numbers.
/// \see docs/theory.md#sensitivities; tests/theory/sensitivity_test.cpp
[[nodiscard]] sensitivity_table sensitivities(const data::moments& moments,
                                              const architecture& arch, const initialisation& init,
                                              const predict_options& options);

}  // namespace fusionflow::theory
