#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"
#include "fusionflow/theory/prediction/parameter.hpp"

namespace fusionflow::solver {

/// Derivatives of ln t_m of the reduced flow by each parameter: rows are modalities, columns
/// parameters. They are NaN where a modality never crossed its half-height, began above it or was
/// measured at rest only, and where the integration for a parameter ended in trouble.
struct flow_sensitivity_table {
    std::vector<theory::parameter> parameters;
    Eigen::MatrixXd slopes;
    std::vector<std::string> warnings;  ///< times without derivatives, trouble
};

/// Sensitivities of the reduced flow's half-height times to the model's parameters: the counterpart
/// at finite u0 of theory::sensitivities().
///
/// The derivative S of the state obeys a linear equation that is integrated beside the flow
/// (sensitive_flow); at the half-height |W_m| = |W_m^K|/2 =: h_m of a saddle K
///
///     dt_m = dt + dc/u_f^p,   dc = (d ln h_m - d ln|W_m| S) / (d ln|W_m| f)
///
/// with dt and S at a fixed value of the clock c. Each parameter takes its own integration,
/// of twice as many numbers. Half-heights are measured at the saddles of the unchanged model;
/// where its race is a tie, a change that breaks the tie would lead to others.
///
/// \param options  stepper::automatic means radau here. Derivatives are good to about a hundred
///                 times rtol, a few thousand times where Sigma is nearly singular.
/// \throws data::input_error where the reduced flow of the model does not exist.
/// \see docs/theory.md#sensitivities; tests/solver/flow_sensitivity_test.cpp
[[nodiscard]] flow_sensitivity_table flow_sensitivities(const model& about,
                                                        const run_options& options);

}  // namespace fusionflow::solver
