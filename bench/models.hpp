#pragma once

#include <Eigen/Core>
#include <cmath>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/data/toy.hpp"

// Models that are timed.
namespace fusionflow::bench {

/// Two scalars whose times are well apart.
inline data::moments two_scalars() { return data::toy_moments({.rho = 0.5, .ratio = 2}); }

/// Modalities A and B of `dim` inputs each, B with half the standard deviation; random covariance
/// and target, always the same.
inline data::moments two_vectors(int dim) {
    data::random_source random(1);
    const Eigen::Index all = 2 * Eigen::Index{dim};
    Eigen::MatrixXd factor =
        random.normal_matrix(all, 2 * all, 1) / std::sqrt(2.0 * static_cast<double>(all));
    factor.bottomRows(dim) /= 2;
    const Eigen::MatrixXd covariance = factor * factor.transpose();
    const Eigen::VectorXd target = random.unit_vector(all);
    const Eigen::VectorXd correlation = covariance * target;
    return {{"A", "B"}, {dim, dim}, covariance, correlation, target.dot(correlation)};
}

}  // namespace fusionflow::bench
