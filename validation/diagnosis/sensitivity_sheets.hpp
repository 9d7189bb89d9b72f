#pragma once

#include <Eigen/Core>
#include <string_view>
#include <vector>

#include "fusionflow/theory/prediction/parameter.hpp"
#include "fusionflow/theory/prediction/predict.hpp"
#include "fusionflow/validation/study/sheet.hpp"

namespace fusionflow::validation {

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

}  // namespace fusionflow::validation
