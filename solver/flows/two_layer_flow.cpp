#include "fusionflow/solver/flows/two_layer_flow.hpp"

#include <algorithm>
#include <cmath>

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/networks/moment_products.hpp"

namespace fusionflow::solver {

two_layer_flow::two_layer_flow(const data::moments& moments, std::vector<double> plus,
                               std::vector<double> minus, std::vector<double> overlap)
    : moments_(&moments), plus_(std::move(plus)), minus_(std::move(minus)),
      overlap_(std::move(overlap)), weights_(moments.dimension()), residual_(moments.dimension()) {
    const auto positive = [](double x) { return x > 0 && std::isfinite(x); };
    const auto count = static_cast<std::size_t>(moments.count());
    data::need(moments.dimension() == moments.count(), "moments",
               "the exact two-layer flow needs scalar modalities");
    data::need(plus_.size() == count && minus_.size() == count &&
                   std::all_of(plus_.begin(), plus_.end(), positive) &&
                   std::all_of(minus_.begin(), minus_.end(), positive),
               "init", "the exact two-layer flow needs P > 0 and Q > 0 per modality");
    overlap_.resize(count);
    for (std::size_t m = 0; m < count; ++m) {
        root_.push_back(std::sqrt(plus_[m]) * std::sqrt(minus_[m]));
    }
}

state two_layer_flow::initial() const {
    state x;
    for (std::size_t m = 0; m < plus_.size(); ++m) {
        x.push_back(std::log(plus_[m] / minus_[m]) / 2);
    }
    return x;
}

void two_layer_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    for (std::size_t m = 0; m < x.size(); ++m) {
        weights(static_cast<Eigen::Index>(m)) = 2 * root_[m] * std::sinh(x[m]);
    }
}

void two_layer_flow::derivative(const state& x, state& dxdt) {
    total_weights(x, weights_);
    residual(*moments_, weights_, residual_);
    for (std::size_t m = 0; m < x.size(); ++m) {
        dxdt[m] = 2 * residual_(static_cast<Eigen::Index>(m));
    }
}

void two_layer_flow::jacobian(const state& x, Eigen::MatrixXd& j) {
    j = moments_->covariance();
    for (std::size_t n = 0; n < x.size(); ++n) {
        j.col(static_cast<Eigen::Index>(n)) *= -4 * root_[n] * std::cosh(x[n]);
    }
}

double two_layer_flow::relative_error(const state& /*x*/, const state& error) const {
    // An error in theta is a relative error of W once |theta| > 1, and of its scale before.
    double largest = 0;
    for (const double e : error) {
        largest = e >= 0 || e < 0 ? std::max(largest, std::abs(e)) : e;
    }
    return largest;
}

void two_layer_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    for (std::size_t m = 0; m < x.size(); ++m) {
        // Rounding may make |w1|^2 negative where w1 is small against w2.
        const double square = 2 * root_[m] * std::cosh(x[m]) + 2 * overlap_[m];
        norms(static_cast<Eigen::Index>(m)) = std::sqrt(std::max(square, 0.0));
    }
}

}  // namespace fusionflow::solver
