#pragma once

#include <Eigen/Core>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/solver/methods/flow_sensitivity.hpp"
#include "fusionflow/theory/prediction/sensitivity.hpp"
#include "fusionflow/validation/study/sheet.hpp"

// Sensitivities in the reports of formulas, flows and diagnoses.
namespace fusionflow::validation {

/// A list with an object per modality: `name`, `by`, and `by_refined` (null without refined times).
[[nodiscard]] nlohmann::ordered_json to_json(const data::moments& moments,
                                             const theory::sensitivity_table& table);
/// The same without `by_refined`.
[[nodiscard]] nlohmann::ordered_json to_json(const data::moments& moments,
                                             const solver::flow_sensitivity_table& table);

/// Derivatives of the logarithm of times for people: per cent for a change of 1 %, at most five
/// modalities side by side.
///
/// \param slopes   d ln t_m: modalities are rows, parameters columns.
/// \param options  The weight decay and the learning rate that change by 1 %.
/// \param of       What the numbers are, such as `change of the time`: it stands above the
///                 parameters.
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
