#pragma once

#include "fusionflow/data/moments.hpp"

namespace fusionflow::solver {

/// E = s - W Sigma, stacked. Products of few numbers, which most models need, are written out: a
/// call of Eigen's kernels would cost more than the arithmetic.
inline void residual(const data::moments& moments, const Eigen::VectorXd& weights,
                     Eigen::VectorXd& out) {
    constexpr Eigen::Index few = 8;
    out = moments.correlations();
    if (moments.outputs() > 1) {
        Eigen::Map<Eigen::MatrixXd>(out.data(), moments.outputs(), moments.dimension()).noalias() -=
            moments.matrix(weights) * moments.covariance();
    } else if (weights.size() <= few) {
        for (Eigen::Index j = 0; j < weights.size(); ++j) {
            for (Eigen::Index i = 0; i < weights.size(); ++i) {
                out(i) -= moments.covariance()(i, j) * weights(j);
            }
        }
    } else {
        out.noalias() -= moments.covariance() * weights;
    }
}

/// Power of the output W x, tr W Sigma W^T. With one target nothing is allocated.
[[nodiscard]] inline double output_power(const data::moments& moments,
                                         const Eigen::VectorXd& weights) {
    if (moments.outputs() > 1) {
        const auto w = moments.matrix(weights);
        return w.cwiseProduct(w * moments.covariance()).sum();
    }
    double power = 0;
    for (Eigen::Index j = 0; j < weights.size(); ++j) {
        power += weights(j) * moments.covariance().col(j).dot(weights);
    }
    return power;
}

}  // namespace fusionflow::solver
