#include "data/pseudo_inverse.hpp"

#include <Eigen/Eigenvalues>
#include <limits>

namespace fusionflow::data {

spectrum decompose(const Eigen::MatrixXd& symmetric) {
    if (symmetric.rows() == 2) {  // two scalar modalities: the same without memory of its own
        const Eigen::SelfAdjointEigenSolver<Eigen::Matrix2d> solver(symmetric);
        return {solver.eigenvalues(), solver.eigenvectors()};
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric);
    return {solver.eigenvalues(), solver.eigenvectors()};
}

double rank_tolerance(const Eigen::VectorXd& eigenvalues) {
    if (eigenvalues.size() == 0) {
        return 0;
    }
    return static_cast<double>(eigenvalues.size()) * std::numeric_limits<double>::epsilon() *
           eigenvalues.cwiseAbs().maxCoeff();
}

Eigen::MatrixXd square_root(const Eigen::MatrixXd& semi_definite) {
    const spectrum parts = decompose(semi_definite);
    return parts.vectors * parts.values.cwiseMax(0).cwiseSqrt().asDiagonal() *
           parts.vectors.transpose();
}

symmetric_pseudo_inverse pseudo_inverse(const Eigen::MatrixXd& matrix) {
    symmetric_pseudo_inverse result;
    result.inverse = Eigen::MatrixXd::Zero(matrix.rows(), matrix.cols());
    if (matrix.rows() == 0) {
        return result;
    }
    if (matrix.rows() == 1) {  // what most models are made of: without an eigenvalue solver
        result.tolerance = rank_tolerance(matrix.col(0));
        result.rank = matrix(0, 0) > result.tolerance ? 1 : 0;
        result.inverse(0, 0) = result.rank == 1 ? 1 / matrix(0, 0) : 0;
        return result;
    }
    const auto [eigenvalues, vectors] = decompose(matrix);
    result.tolerance = rank_tolerance(eigenvalues);
    // Eigenvalues ascend: those kept are the last ones.
    const Eigen::Index rank = (eigenvalues.array() > result.tolerance).count();
    result.rank = static_cast<int>(rank);
    const auto kept = vectors.rightCols(rank);
    result.inverse = kept * eigenvalues.tail(rank).cwiseInverse().asDiagonal() * kept.transpose();
    return result;
}

conditioning conditioning_of(const Eigen::MatrixXd& matrix) {
    const Eigen::VectorXd values = decompose(matrix).values;
    const Eigen::Index rank = (values.array() > rank_tolerance(values)).count();
    const Eigen::Index last = values.size() - 1;
    return {static_cast<int>(rank), rank > 0 ? values(last) / values(last + 1 - rank) : 0};
}

}  // namespace fusionflow::data
