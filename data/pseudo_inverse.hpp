#pragma once

#include <Eigen/Core>

namespace fusionflow::data {

/// The positive semi-definite square root of a symmetric positive semi-definite matrix; eigenvalues
/// below zero, which rounding leaves, count as zero.
[[nodiscard]] Eigen::MatrixXd square_root(const Eigen::MatrixXd& semi_definite);

/// A symmetric positive semi-definite matrix A with its diagonal scaled out, A = diag(d) C diag(d),
/// so that its rank does not depend on the units of its rows. If A holds second moments, C holds
/// their correlation coefficients. The rank of A is decided here and nowhere else.
struct scaled_spectrum {
    Eigen::VectorXd scale;    ///< d, roots of the diagonal of A; 1 where that is zero
    Eigen::VectorXd values;   ///< eigenvalues of C, ascending
    Eigen::MatrixXd vectors;  ///< eigenvectors of C, as columns
    double tolerance = 0;     ///< 4 D eps max(values): eigenvalues up to it count as zero
    Eigen::Index rank = 0;    ///< number of eigenvalues above it, which come last
};

/// Rounding moves an entry of C by two to three eps, and so its eigenvalues by at most 3 D eps;
/// decomposing it adds D eps max(values). A singular matrix thus stays below the tolerance, and a
/// correlation of 1 - 1e-14 far above it. A set of inputs never has a larger rank than its parts
/// together.
///
/// \param matrix  Symmetric, positive semi-definite, finite; D x D with D >= 1. Rows whose diagonal
///                entry is 0 are taken to be zero.
[[nodiscard]] scaled_spectrum decompose_scaled(const Eigen::MatrixXd& matrix);

/// The Moore-Penrose inverse of a symmetric positive semi-definite matrix, in the units of the
/// matrix, and the rank at which it was cut off.
struct symmetric_pseudo_inverse {
    Eigen::MatrixXd inverse;  ///< D x D
    Eigen::MatrixXd kernel;   ///< D x (D - rank), orthonormal; the matrix takes it to zero
    int rank = 0;             ///< scaled_spectrum::rank
    double tolerance = 0;     ///< scaled_spectrum::tolerance
};

/// \param matrix  As for decompose_scaled(), or D = 0.
/// \see docs/theory.md#fixed-points; tests/data/pseudo_inverse_test.cpp
[[nodiscard]] symmetric_pseudo_inverse pseudo_inverse(const Eigen::MatrixXd& matrix);

/// Rank of a symmetric positive semi-definite matrix, and the ratio of the largest to the smallest
/// eigenvalue that counts for it.
struct conditioning {
    int rank = 0;          ///< scaled_spectrum::rank
    double condition = 0;  ///< the largest eigenvalue of the matrix, in its own units, over the
                           ///< least that counts; 0 without any
};

/// \param matrix  As for decompose_scaled(). \see tests/data/pseudo_inverse_test.cpp
[[nodiscard]] conditioning conditioning_of(const Eigen::MatrixXd& matrix);

}  // namespace fusionflow::data
