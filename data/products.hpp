#pragma once

#include <Eigen/Core>

/// Products of two matrices behind plain functions. Eigen's operators make a type, and code, of
/// every expression. Sources with many products compile several times faster with these functions,
/// which round alike.
namespace fusionflow::data {

using matrix_view = Eigen::Ref<const Eigen::MatrixXd>;

/// a b
[[nodiscard]] Eigen::MatrixXd times(const matrix_view& a, const matrix_view& b);
/// a^T b
[[nodiscard]] Eigen::MatrixXd transposed_times(const matrix_view& a, const matrix_view& b);
/// a b^T
[[nodiscard]] Eigen::MatrixXd times_transposed(const matrix_view& a, const matrix_view& b);

}  // namespace fusionflow::data
