#include "solver/scalar_weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fusionflow::solver {

namespace {

constexpr double least_square = 1e-150;  // of a norm whose square still has all its digits
constexpr double least_weight = 1e-290;

double power(double x, int n) {
    double result = 1;
    for (; n > 0; --n) {
        result *= x;
    }
    return result;
}

// u^n from u^2.
double from_square(double square, int n) {
    const double even = power(square, n / 2);
    return n % 2 == 0 ? even : even * std::sqrt(square);
}

// u^2 from the potential z of a branch of n layers.
double square_of_norm(int n, double z) {
    if (n == 2) {
        return std::exp(2 * z);
    }
    if (!(z < 0)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    switch (n) {
        case 3: return 1 / (z * z);
        case 4: return -0.5 / z;
        default: return std::exp(-2 * std::log((2 - n) * z) / (n - 2));
    }
}

}  // namespace

scalar_weights::scalar_weights(const data::moments& moments, const theory::architecture& arch,
                               const Eigen::VectorXd& directions, double trunk_excess)
    : moments_(&moments), shared_(arch.shared()), trunk_excess_(trunk_excess) {
    for (int m = 0; m < moments.count(); ++m) {
        if (moments.dim(m) != 1 || arch.branch(m) < 2) {
            parts_.clear();
            return;
        }
        parts_.push_back({arch.branch(m), directions(m) < 0 ? -1.0 : 1.0});
    }
}

bool scalar_weights::total_weights(const state& x, Eigen::VectorXd& weights,
                                   double& trunk_power) const {
    if (parts_.empty()) {
        return false;
    }
    double trunk_square = trunk_excess_;
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const double square = square_of_norm(parts_[m].branch, x[m]);
        trunk_square += square;
        weights(static_cast<Eigen::Index>(m)) = from_square(square, parts_[m].branch);
    }
    if (shared_ > 0 && trunk_square < least_square) {
        return false;
    }
    trunk_power = from_square(trunk_square, shared_);
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        double& weight = weights(static_cast<Eigen::Index>(m));
        weight *= trunk_power;
        weight = parts_[m].sign * (weight < least_weight ? least_weight : weight);
    }
    return true;
}

void scalar_weights::jacobian(const state& x, const Eigen::VectorXd& weights,
                              Eigen::MatrixXd& j) const {
    double trunk_square = trunk_excess_;
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        trunk_square += square_of_norm(parts_[m].branch, x[m]);
    }
    const auto& sigma = moments_->covariance();
    const auto count = static_cast<Eigen::Index>(parts_.size());
    for (Eigen::Index k = 0; k < count; ++k) {
        const part& p = parts_[static_cast<std::size_t>(k)];
        const double square = square_of_norm(p.branch, x[static_cast<std::size_t>(k)]);
        // d ln u_k / dz_k, d W_k / dz_k and d ln u_f^p / dz_k
        const double rate = from_square(square, p.branch - 2);
        const double own = p.branch * rate * weights(k);
        const double trunk = shared_ > 0 ? shared_ * square / trunk_square * rate : 0;
        for (Eigen::Index i = 0; i < count; ++i) {
            double slope = sigma(i, k) * own;
            for (Eigen::Index m = 0; trunk > 0 && m < count; ++m) {
                slope += sigma(i, m) * weights(m) * trunk;
            }
            j(i, k) = -parts_[static_cast<std::size_t>(i)].sign * slope;
        }
    }
}

}  // namespace fusionflow::solver
