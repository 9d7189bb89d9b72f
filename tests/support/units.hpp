#pragma once

#include <algorithm>
#include <cmath>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/data/random.hpp"

// The same data in other units.
namespace fusionflow::tests {

/// x_m -> units(m) x_m, y -> target y.
inline data::moments in_units(const data::moments& moments, const Eigen::VectorXd& units,
                              double target) {
    Eigen::VectorXd scale(moments.dimension());
    for (int m = 0; m < moments.count(); ++m) {
        scale.segment(moments.offset(m), moments.dim(m)).setConstant(units(m));
    }
    const Eigen::MatrixXd correlation =
        target * moments.matrix(moments.correlations()) * scale.asDiagonal();
    return data::moments::of_targets(moments.names(), moments.dims(),
                                     scale.asDiagonal() * moments.covariance() * scale.asDiagonal(),
                                     correlation, target * target * moments.target_power());
}

/// Powers of ten from 1e-12 to 1e12.
inline Eigen::VectorXd powers_of_ten(int count, data::random_source& random) {
    Eigen::VectorXd units(count);
    for (double& unit : units) {
        unit = std::pow(10, std::clamp(std::round(6 * random.normal()), -12.0, 12.0));
    }
    return units;
}

}  // namespace fusionflow::tests
