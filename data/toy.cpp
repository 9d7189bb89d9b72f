#include "fusionflow/data/toy.hpp"

#include <cmath>

#include "fusionflow/data/need.hpp"
#include "fusionflow/data/parameter_range.hpp"

namespace fusionflow::data {

namespace {

void require(bool rule_holds, const char* field, const char* rule, double value) {
    need(rule_holds, field, "need {}, got {}", rule, value);
}

}  // namespace

void toy_options::validate() const {
    require(rho > -1 && rho < 1, "rho", "-1 < rho < 1", rho);
    require(ratio > 0, "ratio", "ratio > 0", ratio);
    require(ratio >= smallest_parameter, "ratio", "ratio >= 1e-50", ratio);
    require(ratio <= largest_parameter, "ratio", "ratio <= 1e50", ratio);
    for (const double weight : target_weights) {
        require(std::isfinite(weight), "target-weights", "finite numbers", weight);
        require(std::abs(weight) <= largest_parameter, "target-weights", "numbers within +-1e50",
                weight);
    }
    require(noise >= 0, "noise", "noise >= 0", noise);
    require(noise <= largest_parameter, "noise", "noise <= 1e50", noise);
}

moments toy_moments(const toy_options& options) {
    options.validate();
    const double kappa = options.ratio;
    const Eigen::Vector2d weights(options.target_weights[0], options.target_weights[1]);
    Eigen::Matrix2d covariance;
    covariance << kappa * kappa, options.rho * kappa, options.rho * kappa, 1;
    const Eigen::Vector2d correlation = covariance * weights;
    const double power = weights.dot(correlation) + options.noise * options.noise;
    return moments({"A", "B"}, {1, 1}, covariance, correlation, power).with_zero_means();
}

}  // namespace fusionflow::data
