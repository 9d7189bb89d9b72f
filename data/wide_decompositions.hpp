#pragma once

#include "fusionflow/data/decompositions.hpp"

namespace fusionflow::data {

/// A = left diag(values) right^T with whole bases on both sides, by bidiagonals and divide and
/// conquer: for matrices of hundreds of rows, for which Jacobi's rotations take minutes. Values err
/// by a few epsilon of the largest one.
[[nodiscard]] singular_parts decompose_wide(const Eigen::MatrixXd& matrix);

}  // namespace fusionflow::data
