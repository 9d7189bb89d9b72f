#include "fusionflow/data/scaled_inputs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fusionflow/data/need.hpp"

namespace fusionflow::data {

moments scale_inputs(const moments& of, const std::vector<double>& factors) {
    need(static_cast<int>(factors.size()) == of.count(), "factors", "need {} factors, got {}",
         of.count(), factors.size());
    Eigen::VectorXd scale(of.dimension());
    for (int m = 0; m < of.count(); ++m) {
        const double factor = factors[static_cast<std::size_t>(m)];
        need(factor > 0 && std::isfinite(factor), "factors", "need finite factors > 0, got {}",
             factor);
        scale.segment(of.offset(m), of.dim(m)).setConstant(factor);
    }
    Eigen::MatrixXd covariance = scale.asDiagonal() * of.covariance() * scale.asDiagonal();
    const Eigen::MatrixXd correlation = of.matrix(of.correlations()) * scale.asDiagonal();
    moments scaled = moments::of_targets(of.names(), of.dims(), std::move(covariance), correlation,
                                         of.target_power());
    if (!of.means()) {
        return scaled;
    }
    moment_means means = *of.means();
    means.inputs = scale.cwiseProduct(means.inputs);
    return scaled.with_means(std::move(means));
}

}  // namespace fusionflow::data
