#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/data/toy.hpp"

// Models that several tests use.
namespace fusionflow::tests {

inline data::moments toy(double rho, double ratio) {
    return data::toy_moments({.rho = rho, .ratio = ratio});
}

/// Modalities of the given dimensions with a well-conditioned random covariance and target weights:
/// Sigma = G G^T / (2 D), G of D x 2 D normal numbers, y = W x with W normal.
inline data::moments random_moments(const std::vector<int>& dims, unsigned seed, int targets = 1) {
    data::random_source random(seed);
    Eigen::Index dimension = 0;
    std::vector<std::string> names;
    for (const int dim : dims) {
        dimension += dim;
        names.push_back(std::string(1, static_cast<char>('A' + names.size())));
    }
    const Eigen::MatrixXd factor = random.normal_matrix(dimension, 2 * dimension, 1);
    const Eigen::MatrixXd covariance =
        factor * factor.transpose() / (2.0 * static_cast<double>(dimension));
    const Eigen::MatrixXd target = random.normal_matrix(dimension, targets, 1).transpose();
    const Eigen::MatrixXd correlation = target * covariance;
    return data::moments::of_targets(names, dims, covariance, correlation,
                                     target.cwiseProduct(correlation).sum());
}

/// Three scalar modalities whose times are well apart.
inline data::moments three_scalars() {
    Eigen::MatrixXd covariance(3, 3);
    covariance << 4.0, 0.6, -0.4, 0.6, 2.0, 0.3, -0.4, 0.3, 1.0;
    const Eigen::Vector3d target(1.0, 0.8, 1.2);
    const Eigen::VectorXd correlation = covariance * target;
    return {{"A", "B", "C"}, {1, 1, 1}, covariance, correlation, target.dot(correlation)};
}

inline double relative(double value, double reference) {
    return std::abs(value - reference) / std::abs(reference);
}

}  // namespace fusionflow::tests
