#pragma once

#include <Eigen/Core>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/solver/methods/flow_sensitivity.hpp"
#include "fusionflow/theory/prediction/sensitivity.hpp"
#include "fusionflow/validation/study/sheet.hpp"

// What sensitivities add to the answers of formulas, flows and diagnoses.
namespace fusionflow::validation {

/// One object per modality: `name`, `by`, and `by_refined` (null where there are no refined times).
[[nodiscard]] nlohmann::ordered_json to_json(const data::moments& moments,
                                             const theory::sensitivity_table& table);
/// The same without `by_refined`.
[[nodiscard]] nlohmann::ordered_json to_json(const data::moments& moments,
                                             const solver::flow_sensitivity_table& table);

/// Derivatives of the logarithm of times for people: per cent for a change of 1 %, at most five
/// modalities side by side.
///
/// \param slopes   d ln t_m: modalities are rows, parameters columns.
/// \param options  What 1 % of weight decay and learning rate is.
/// \param of       `change of the time`: stands above the parameters.
/// \see tests/cli/predict_test.cpp; tests/validation/diagnosis_report_test.cpp
[[nodiscard]] std::vector<sheet> sensitivity_sheets(const data::moments& moments,
                                                    const std::vector<theory::parameter>& list,
                                                    const Eigen::MatrixXd& slopes,
                                                    const theory::predict_options& options,
                                                    std::string_view of);

/// The sheets of a table below each other, each after an empty line.
[[nodiscard]] std::string to_text(const data::moments& moments,
                                  const theory::sensitivity_table& table,
                                  const theory::predict_options& options);
[[nodiscard]] std::string to_text(const data::moments& moments,
                                  const solver::flow_sensitivity_table& table);

}  // namespace fusionflow::validation
