#include "fusionflow/theory/clocks/clock.hpp"

namespace fusionflow::theory {

namespace {

std::function<double(const Eigen::VectorXd&)> read_norm(const data::moments& moments,
                                                        const Eigen::VectorXd& reference, int m) {
    const double there = moments.part(reference, m).norm();
    if (!(there > 0)) {
        return {};
    }
    return [&moments, m, there](const Eigen::VectorXd& weights) {
        return moments.part(weights, m).norm() / there;
    };
}

}  // namespace

/// |W_m| / |W*_m|, W* the saddle that m reaches on being learned. On collinear inputs it waits for
/// directions that carry no variance.
extern const clock norm_clock = {.name = "norm",
                                 .about = "|W_m|, the norm of the weights, which theory is about",
                                 .reading = read_norm};

}  // namespace fusionflow::theory
