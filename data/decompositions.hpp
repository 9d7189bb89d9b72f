#pragma once

#include <Eigen/Core>

/// The decompositions of matrices that several sources need, behind plain functions: Eigen's
/// templates for them take a compiler seconds each and are instantiated here alone.
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

/// The first `count` columns of Q of A = Q R: with as many as A has, the span of A's columns is in
/// theirs; with as many as A has rows, the further ones are across A's columns.
[[nodiscard]] Eigen::MatrixXd orthonormal_columns(const Eigen::MatrixXd& matrix,
                                                  Eigen::Index count);

/// R of A = Q R: upper triangular, with as many rows as the lesser of A's rows and columns.
[[nodiscard]] Eigen::MatrixXd triangular_factor(const Eigen::MatrixXd& matrix);

/// A P = Q R with the heaviest column left as the next one (column pivots).
struct pivoted_columns {
    Eigen::MatrixXd q;      ///< the first `count` columns of Q
    Eigen::Index rank = 0;  ///< pivots above `threshold` times the largest
};

/// \param threshold  0: Eigen's, from the size of the matrix and the rounding of a double.
[[nodiscard]] pivoted_columns pivoted_orthonormal_columns(const Eigen::MatrixXd& matrix,
                                                          Eigen::Index count, double threshold = 0);

/// Determinant of a square matrix.
[[nodiscard]] double determinant_of(const Eigen::MatrixXd& square);

}  // namespace fusionflow::data
