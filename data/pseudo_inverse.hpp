#pragma once

#include <Eigen/Core>

namespace fusionflow::data {

/// Eigenvalues, ascending, and the eigenvectors as columns, of a symmetric D x D matrix, D >= 1.
struct spectrum {
    Eigen::VectorXd values;
    Eigen::MatrixXd vectors;
};

[[nodiscard]] spectrum decompose(const Eigen::MatrixXd& symmetric);

/// The positive semi-definite square root of a symmetric positive semi-definite matrix; eigenvalues
/// below zero, which rounding leaves, count as zero.
[[nodiscard]] Eigen::MatrixXd square_root(const Eigen::MatrixXd& semi_definite);

/// The Moore-Penrose inverse of a symmetric positive semi-definite matrix and how it was cut off.
struct symmetric_pseudo_inverse {
    Eigen::MatrixXd inverse;  ///< D x D
    int rank = 0;             ///< eigenvalues above the tolerance
    double tolerance = 0;     ///< eigenvalues at or below it count as zero; unit of the matrix
};

/// Eigenvalues of a symmetric matrix at or below this count as zero: D eps max|lambda|, about what
/// rounding alone makes of a zero. \param eigenvalues  D >= 0 of them, any order.
[[nodiscard]] double rank_tolerance(const Eigen::VectorXd& eigenvalues);

/// Pseudo-inverse by eigendecomposition; eigenvalues up to rank_tolerance count as zero.
///
/// \param matrix  Symmetric, positive semi-definite, finite; D x D with D >= 0.
[[nodiscard]] symmetric_pseudo_inverse pseudo_inverse(const Eigen::MatrixXd& matrix);

/// Rank of a symmetric positive semi-definite matrix, and how far apart the eigenvalues are that
/// count for it.
struct conditioning {
    int rank = 0;
    double condition = 0;  ///< the largest over the least of these eigenvalues; 0 without any
};

/// \param matrix  As for pseudo_inverse(), D >= 1. \see tests/data/pseudo_inverse_test.cpp
[[nodiscard]] conditioning conditioning_of(const Eigen::MatrixXd& matrix);

}  // namespace fusionflow::data
