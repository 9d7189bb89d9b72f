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
    std::vector<std::string> warnings;       ///< times that exist without a derivative
};

/// Exact derivatives of the predicted times, d ln t_m / d theta, for the present order of learning.
///
/// Scales and the initial norm enter by their logarithms: -2 means that 1 % more makes the time 2 %
/// shorter. The *coupling* of j and k makes the correlation of their inputs stronger in the same
/// task: w* = s Sigma^+, what is left of y, and all other blocks of Sigma are kept, so that s moves
/// by w* dSigma. On toy data it is rho d/d rho at fixed target weights and kappa. It is given for
/// at most 12 modalities.
///
/// Formulas are differentiated by forward automatic differentiation, saddles and the trunk's norm
/// implicitly, integrals under the integral sign. Each parameter costs one more race.
///
/// \param options  As for predict(). weight_decay is a parameter for two-layer late fusion only (at
///                 lambda = 0 its derivative is from above); learning_rate, where given, for
///                 refined times only.
/// \throws data::input_error as race(): no derivatives of times beyond the range of numbers.
/// \see docs/theory.md#sensitivities; tests/theory/sensitivity_test.cpp
[[nodiscard]] sensitivity_table sensitivities(const data::moments& moments,
                                              const architecture& arch, const initialisation& init,
                                              const predict_options& options);

}  // namespace fusionflow::theory
