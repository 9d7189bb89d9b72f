#pragma once

#include "data/moments.hpp"

namespace fusionflow::solver {

/// E = s - W Sigma, as a column: D numbers. The products of a few numbers that most models need are
/// written out; Eigen's kernels would cost more to call than they do.
inline void residual(const data::moments& moments, const Eigen::VectorXd& weights,
                     Eigen::VectorXd& out) {
    constexpr Eigen::Index few = 8;
    out = moments.correlation();
    if (weights.size() <= few) {
        for (Eigen::Index j = 0; j < weights.size(); ++j) {
            for (Eigen::Index i = 0; i < weights.size(); ++i) {
                out(i) -= moments.covariance()(i, j) * weights(j);
            }
        }
    } else {
        out.noalias() -= moments.covariance() * weights;
    }
}

}  // namespace fusionflow::solver
