#pragma once

#include "fusionflow/data/moments.hpp"

namespace fusionflow::theory {

/// Power of what modality m adds to the output, <|W_m x_m|^2> = tr W_m Sigma_mm W_m^T; unit: target
/// squared.
///
/// \param weights  W, stacked.
[[nodiscard]] inline double contribution_power(const data::moments& moments,
                                               const Eigen::VectorXd& weights, int m) {
    const auto own = moments.matrix(weights, m);
    return (own * moments.covariance_of(m)).cwiseProduct(own).sum();
}

}  // namespace fusionflow::theory
