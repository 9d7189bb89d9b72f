#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"
#include "fusionflow/theory/prediction/parameter.hpp"

namespace fusionflow::solver {

/// Derivatives of ln t_m of the reduced flow by each parameter: rows are modalities, columns
/// parameters. NaN where a modality was not seen to cross its half-height: never, at t = 0, or
/// found at rest only; and where an integration ended in trouble.
struct flow_sensitivity_table {
    std::vector<theory::parameter> parameters;
    Eigen::MatrixXd slopes;
    std::vector<std::string> warnings;  ///< times without derivatives, trouble
};

/// What a change of the model does to half-height times of the reduced flow, exactly: the
/// counterpart at finite u0 of theory::sensitivities().
///
/// The derivative S of the state obeys a linear equation that is integrated beside the flow
/// (sensitive_flow); at the half-height |W_m| = |W_m^K|/2 =: h_m of a saddle K
///
///     dt_m = dt + dc/u_f^p,   dc = (d ln h_m - d ln|W_m| S) / (d ln|W_m| f)
///
/// with dt and S at a fixed value of the clock c. Every parameter is one more integration, of twice
/// as many numbers. The saddles by which half-heights are measured are those of the present order;
/// where the race is a tie, a change that breaks it would measure by others.
///
/// \param options  A stepper that is automatic is radau here. Derivatives are good to about a
///                 hundred times rtol, a few thousand times where Sigma is nearly singular.
/// \throws data::input_error where the reduced flow of the model does not exist.
/// \see docs/theory.md#sensitivities; tests/solver/flow_sensitivity_test.cpp
[[nodiscard]] flow_sensitivity_table flow_sensitivities(const model& about,
                                                        const run_options& options);

}  // namespace fusionflow::solver
