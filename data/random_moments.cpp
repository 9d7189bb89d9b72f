#include "fusionflow/data/random_moments.hpp"

#include <cmath>

#include "fusionflow/data/random.hpp"

namespace fusionflow::data {

namespace {

// Draws A with A A^T ~ Wishart(dof, I) by Bartlett's decomposition; A is lower triangular.
Eigen::MatrixXd draw_wishart_root(random_source& random, Eigen::Index size, double dof) {
    Eigen::MatrixXd root = Eigen::MatrixXd::Zero(size, size);
    for (Eigen::Index j = 0; j < size; ++j) {
        root(j, j) = random.chi(dof - static_cast<double>(j));
        for (Eigen::Index i = j + 1; i < size; ++i) {
            root(i, j) = random.normal();
        }
    }
    return root;
}

// (A A^T)^-1, whose entries are dot products of columns of A^-1. It is made column by column:
// products of whole matrices are cut to fit the caches of the machine, and would round by them.
Eigen::MatrixXd inverse_of_square(const Eigen::MatrixXd& root) {
    const Eigen::Index size = root.rows();
    Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(size, size);
    for (Eigen::Index j = 0; j < size; ++j) {
        auto column = inverse.col(j).tail(size - j);
        for (Eigen::Index i = 0; i < size - j; ++i) {
            column(i) /= root(j + i, j + i);
            const Eigen::Index below = size - j - i - 1;
            column.tail(below) -= column(i) * root.col(j + i).tail(below);
        }
    }
    Eigen::MatrixXd square(size, size);
    for (Eigen::Index j = 0; j < size; ++j) {
        for (Eigen::Index i = j; i < size; ++i) {
            square(i, j) = inverse.col(i).tail(size - i).dot(inverse.col(j).tail(size - i));
            square(j, i) = square(i, j);
        }
    }
    return square;
}

}  // namespace

moments random_moments(const std::vector<int>& dims, std::uint64_t seed) {
    const Eigen::Index dimension = input_offsets(dims).back();
    random_source random(seed);
    const double dof = static_cast<double>(dimension) + 2;
    Eigen::MatrixXd covariance = inverse_of_square(draw_wishart_root(random, dimension, dof));
    Eigen::VectorXd scale = Eigen::VectorXd::Ones(dimension);
    scale.head(dims.front()).setConstant(std::sqrt(2.0));
    Eigen::VectorXd weights(dimension);
    for (double& weight : weights) {
        weight = random.uniform(-1, 1);
    }
    Eigen::VectorXd correlation = Eigen::VectorXd::Zero(dimension);
    for (Eigen::Index j = 0; j < dimension; ++j) {
        covariance.col(j) = (covariance.col(j).array() * scale.array() * scale(j)).matrix();
        correlation += weights(j) * covariance.col(j);
    }
    return moments(default_names(dims.size()), dims, covariance, correlation,
                   weights.dot(correlation))
        .with_zero_means();
}

}  // namespace fusionflow::data
