#pragma once

#include <Eigen/Core>

namespace fusionflow::data {

/// Appends to the columns the part of a vector that is orthogonal to them, at length one.
/// Gram-Schmidt runs twice, since once leaves rounding where the vector is nearly in their span.
///
/// \param columns  n x k, k < n, orthonormal.
/// \param vector   n numbers, not in their span; of length one where there are no columns yet.
/// \see tests/data/orthonormal_test.cpp
void append_orthonormal(Eigen::MatrixXd& columns, Eigen::VectorXd vector);

}  // namespace fusionflow::data
