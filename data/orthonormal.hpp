#pragma once

#include <Eigen/Core>

namespace fusionflow::data {

/// One more column: what a vector has outside of the columns, of length one (Gram-Schmidt, twice,
/// since once leaves rounding of a nearly parallel one).
///
/// \param columns  n x k, k < n, orthonormal.
/// \param vector   n numbers, not in their span; of length one where there are no columns yet.
/// \see tests/data/orthonormal_test.cpp
void append_orthonormal(Eigen::MatrixXd& columns, Eigen::VectorXd vector);

}  // namespace fusionflow::data
