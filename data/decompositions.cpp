#include "fusionflow/data/decompositions.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>

namespace fusionflow::data {

namespace {

unsigned options_of(singular_vectors wanted) {
    switch (wanted) {
        case singular_vectors::none: return 0;
        case singular_vectors::thin_left: return Eigen::ComputeThinU;
        case singular_vectors::full_left: return Eigen::ComputeFullU;
        case singular_vectors::thin: return Eigen::ComputeThinU | Eigen::ComputeThinV;
        case singular_vectors::full: return Eigen::ComputeFullU | Eigen::ComputeFullV;
    }
    return 0;
}

}  // namespace

singular_parts decompose_singular(const Eigen::MatrixXd& matrix, singular_vectors wanted) {
    const Eigen::JacobiSVD<Eigen::MatrixXd> solved(matrix, options_of(wanted));
    singular_parts parts;
    parts.values = solved.singularValues();
    if (solved.computeU()) {
        parts.left = solved.matrixU();
    }
    if (solved.computeV()) {
        parts.right = solved.matrixV();
    }
    return parts;
}

spectrum decompose(const Eigen::MatrixXd& symmetric) {
    if (symmetric.rows() == 2) {  // two scalar modalities: this solver allocates nothing
        const Eigen::SelfAdjointEigenSolver<Eigen::Matrix2d> solved(symmetric);
        return {solved.eigenvalues(), solved.eigenvectors()};
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(symmetric);
    return {solved.eigenvalues(), solved.eigenvectors()};
}

Eigen::VectorXd eigenvalues_of(const Eigen::MatrixXd& symmetric) {
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(symmetric, Eigen::EigenvaluesOnly)
        .eigenvalues();
}

Eigen::MatrixXd orthonormal_columns(const Eigen::MatrixXd& matrix, Eigen::Index count) {
    const Eigen::HouseholderQR<Eigen::MatrixXd> solved(matrix);
    return solved.householderQ() * Eigen::MatrixXd::Identity(matrix.rows(), count);
}

Eigen::MatrixXd triangular_factor(const Eigen::MatrixXd& matrix) {
    const Eigen::HouseholderQR<Eigen::MatrixXd> solved(matrix);
    const Eigen::Index rank = std::min(matrix.rows(), matrix.cols());
    return solved.matrixQR().topRows(rank).triangularView<Eigen::Upper>();
}

pivoted_columns pivoted_orthonormal_columns(const Eigen::MatrixXd& matrix, Eigen::Index count,
                                            double threshold) {
    Eigen::ColPivHouseholderQR<Eigen::MatrixXd> solved(matrix);
    if (threshold > 0) {
        solved.setThreshold(threshold);
    }
    return {solved.householderQ() * Eigen::MatrixXd::Identity(matrix.rows(), count), solved.rank()};
}

double determinant_of(const Eigen::MatrixXd& square) { return square.determinant(); }

}  // namespace fusionflow::data
