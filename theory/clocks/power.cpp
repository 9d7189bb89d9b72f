#include "fusionflow/theory/clocks/clock.hpp"
#include "fusionflow/theory/contribution.hpp"

namespace fusionflow::theory {

namespace {

std::function<double(const Eigen::VectorXd&)> read_power(const data::moments& moments,
                                                         const Eigen::VectorXd& reference, int m) {
    const double there = contribution_power(moments, reference, m);
    if (!(there > 0)) {
        return {};
    }
    return [&moments, m, there](const Eigen::VectorXd& weights) {
        return contribution_power(moments, weights, m) / there;
    };
}

}  // namespace

/// <|W_m x_m|^2> / <|W*_m x_m|^2>, W* the saddle in the end: when a modality first carries weight,
/// be it as another's proxy that recedes later.
extern const clock power_clock = {
    .name = "power",
    .about = "<|W_m x_m|^2>, the power of a modality's contribution to the output",
    .of_the_end = true,
    .reading = read_power};

}  // namespace fusionflow::theory
