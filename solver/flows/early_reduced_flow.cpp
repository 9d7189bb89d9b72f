#include "fusionflow/solver/flows/early_reduced_flow.hpp"

#include <algorithm>
#include <cmath>

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/networks/power.hpp"
#include "fusionflow/theory/race/potential.hpp"

namespace fusionflow::solver {

namespace {

// A Jacobian of more inputs costs more than the steps that it saves (step_method).
constexpr int most_inputs = 150;

// A sum of squares above this has lost no digits to squares that underflow.
constexpr double lossless_square = 1e-290;

}  // namespace

bool early_reduced_flow::serves(const data::moments& moments, const theory::architecture& arch) {
    if (arch.shared() == 0 || moments.outputs() > 1 || moments.dimension() > most_inputs) {
        return false;
    }
    for (int m = 0; m < arch.count(); ++m) {
        if (arch.branch(m) != 1) {
            return false;
        }
    }
    return true;
}

early_reduced_flow::early_reduced_flow(const data::moments& moments,
                                       const theory::architecture& arch,
                                       const theory::initialisation& init)
    : moments_(&moments), modes_(modes_of(moments)), shared_(arch.shared()),
      trunk_excess_(init.trunk_excess) {
    theory::require_start(moments, arch, init);
    data::need(init.balanced(), "scheme", "the reduced flow needs a balanced scheme");
    Eigen::VectorXd start = theory::initial_directions(moments);
    for (int m = 0; m < moments.count(); ++m) {
        moments.part(start, m) *= init.norm(m);
    }
    start = modes_.vectors.transpose() * start;
    initial_.assign(start.begin(), start.end());
    initial_.push_back(0);  // time
}

double early_reduced_flow::trunk_norm(const state& x) const {
    double square = trunk_excess_;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        square += x[i] * x[i];
    }
    // Squares of very small branches underflow: to zero, or to few digits.
    return square > lossless_square ? std::sqrt(square)
                                    : std::hypot(numbers(x).stableNorm(), std::sqrt(trunk_excess_));
}

void early_reduced_flow::derivative(const state& x, state& dxdt) {
    const double trunk = power(trunk_norm(x), shared_);
    const double* const variances = modes_.variances.data();
    const double* const solution = modes_.solution.data();
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        dxdt[i] = variances[i] * (solution[i] - trunk * x[i]);
    }
    dxdt.back() = 1 / trunk;
}

void early_reduced_flow::jacobian(const state& x, Eigen::MatrixXd& j) {
    const auto y = numbers(x);
    const double norm = trunk_norm(x);
    const double trunk = power(norm, shared_);
    const Eigen::VectorXd log_slopes = shared_ * (y / norm) / norm;  // d ln u_f^p / dy
    j = -(modes_.variances.cwiseProduct(y) * trunk) * log_slopes.transpose();
    j.diagonal() -= trunk * modes_.variances;
}

double early_reduced_flow::relative_error(const state& x, const state& error) const {
    double largest = 0;
    for (std::size_t i = 0; i + 1 < error.size(); ++i) {
        const double size = std::abs(error[i]);
        largest = size > largest || std::isnan(size) ? size : largest;
    }
    return largest / trunk_norm(x);
}

void early_reduced_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    const double trunk = std::max(power(trunk_norm(x), shared_), least_weight);
    weights.setZero();
    for (Eigen::Index i = 0; i < modes_.vectors.cols(); ++i) {
        weights += trunk * x[static_cast<std::size_t>(i)] * modes_.vectors.col(i);
    }
}

void early_reduced_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    const Eigen::VectorXd first = modes_.vectors * numbers(x);
    for (int m = 0; m < moments_->count(); ++m) {
        norms(m) = moments_->part(first, m).norm();
    }
}

}  // namespace fusionflow::solver
