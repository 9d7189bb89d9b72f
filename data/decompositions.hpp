#pragma once

#include <Eigen/Core>

/// Matrix decompositions behind plain functions, for all sources that need them. Eigen's templates
/// for them take a compiler seconds each and are instantiated here alone.
namespace fusionflow::data {

/// A = left diag(values) right^T, values descending. Vectors that were not asked for are empty.
struct singular_parts {
    Eigen::MatrixXd left;
    Eigen::VectorXd values;
    Eigen::MatrixXd right;
};

/// Which singular vectors are wanted: as many as there are values (thin) or a whole basis (full).
enum class singular_vectors { none, thin_left, full_left, thin, full };

/// Singular value decomposition by Jacobi's rotations, which keep the digits of small values.
[[nodiscard]] singular_parts decompose_singular(const Eigen::MatrixXd& matrix,
                                                singular_vectors wanted = singular_vectors::thin);

/// Eigenvalues, ascending, and the eigenvectors as columns, of a symmetric D x D matrix, D >= 1.
struct spectrum {
    Eigen::VectorXd values;
    Eigen::MatrixXd vectors;
};

[[nodiscard]] spectrum decompose(const Eigen::MatrixXd& symmetric);

/// The eigenvalues alone, ascending.
[[nodiscard]] Eigen::VectorXd eigenvalues_of(const Eigen::MatrixXd& symmetric);

/// The first `count` columns of Q in A = Q R. A's columns lie in the span of the first A.cols() of
/// them; those after these, up to A.rows(), are orthogonal to A's columns.
[[nodiscard]] Eigen::MatrixXd orthonormal_columns(const Eigen::MatrixXd& matrix,
                                                  Eigen::Index count);

/// R in A = Q R: upper triangular, with min(A.rows(), A.cols()) rows.
[[nodiscard]] Eigen::MatrixXd triangular_factor(const Eigen::MatrixXd& matrix);

/// A P = Q R, where P takes the heaviest of the remaining columns next (column pivots).
struct pivoted_columns {
    Eigen::MatrixXd q;      ///< the first `count` columns of Q
    Eigen::Index rank = 0;  ///< number of pivots above `threshold` times the largest
};

/// \param threshold  0 takes Eigen's own, from the size of the matrix and the rounding of a double.
[[nodiscard]] pivoted_columns pivoted_orthonormal_columns(const Eigen::MatrixXd& matrix,
                                                          Eigen::Index count, double threshold = 0);

/// Determinant of a square matrix.
[[nodiscard]] double determinant_of(const Eigen::MatrixXd& square);

}  // namespace fusionflow::data
