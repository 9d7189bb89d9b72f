#include "fusionflow/theory/clocks/clock.hpp"
#include "fusionflow/theory/contribution.hpp"

namespace fusionflow::theory {

namespace {

std::function<double(const Eigen::VectorXd&)> read_progress(const data::moments& moments,
                                                            const Eigen::VectorXd& reference,
                                                            int m) {
    const double power = contribution_power(moments, reference, m);
    if (!(power > 0)) {
        return {};
    }
    // <f_m, f*_m> = tr W_m (Sigma_mm W*_m^T): the reading is linear in W_m.
    const Eigen::MatrixXd along = moments.matrix(reference, m) * moments.covariance_of(m) / power;
    return [&moments, m, along](const Eigen::VectorXd& weights) {
        return moments.matrix(weights, m).cwiseProduct(along).sum();
    };
}

}  // namespace

/// <f_m, f*_m> / <f*_m, f*_m> = tr W_m Sigma_mm W*_m^T / tr W*_m Sigma_mm W*_m^T, with the
/// contribution f_m = W_m x_m and f*_m that of the end, W*: when a modality carries what it will
/// carry. It is free of units and of slow directions without variance.
extern const clock progress_clock = {
    .name = "progress",
    .about = "<f_m, f*_m> / <f*_m, f*_m>, the part of its contribution in the end that it makes",
    .of_the_end = true,
    .negligible = 0.01,
    .reading = read_progress};

}  // namespace fusionflow::theory
