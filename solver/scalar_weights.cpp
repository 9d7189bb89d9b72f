#include "solver/scalar_weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "solver/power.hpp"

namespace fusionflow::solver {

namespace {

constexpr double least_square = 1e-150;  // of a norm whose square still has all its digits

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
    : shared_(arch.shared()), trunk_excess_(trunk_excess) {
    const auto layered = [](int n) { return n >= 2; };
    if (moments.dimension() != moments.count() ||
        !std::all_of(arch.branches().begin(), arch.branches().end(), layered)) {
        return;
    }
    branches_ = arch.branches();
    sizes_.resize(branches_.size());
    for (Eigen::Index i = 0; i < moments.count(); ++i) {
        signs_.push_back(directions(i) < 0 ? -1.0 : 1.0);
        correlation_.push_back(signs_.back() * moments.correlation()(i));
        for (Eigen::Index j = 0; j < moments.count(); ++j) {
            const double sign = signs_.back() * (directions(j) < 0 ? -1.0 : 1.0);
            covariance_.push_back(sign * moments.covariance()(i, j));
        }
    }
}

bool scalar_weights::find(const double* x, double* sizes, double& trunk_power) const {
    double trunk_square = trunk_excess_;
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const double square = square_of_norm(branches_[m], x[m]);
        trunk_square += square;
        sizes[m] = from_square(square, branches_[m]);
    }
    if (shared_ == 0) {
        return true;
    }
    if (trunk_square < least_square) {
        return false;
    }
    trunk_power = from_square(trunk_square, shared_);
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        sizes[m] *= trunk_power;
    }
    return true;
}

bool scalar_weights::total_weights(const state& x, Eigen::VectorXd& weights,
                                   double& trunk_power) const {
    if (!any() || !find(x.data(), weights.data(), trunk_power)) {
        return false;
    }
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        double& weight = weights(static_cast<Eigen::Index>(m));
        weight = signs_[m] * (weight < least_weight ? least_weight : weight);
    }
    return true;
}

bool scalar_weights::derivative(const state& x, state& dxdt) {
    double trunk_power = 1;
    if (!any() || !find(x.data(), sizes_.data(), trunk_power)) {
        return false;
    }
    const double* row = covariance_.data();
    for (std::size_t i = 0; i < branches_.size(); ++i) {
        double residual = correlation_[i];
        for (const double size : sizes_) {
            residual -= *row++ * size;
        }
        dxdt[i] = residual;
    }
    dxdt.back() = 1 / trunk_power;
    return true;
}

bool scalar_weights::jacobian(const state& x, Eigen::MatrixXd& j) {
    double trunk_power = 1;
    if (!any() || !find(x.data(), sizes_.data(), trunk_power)) {
        return false;
    }
    double trunk_square = trunk_excess_;
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        trunk_square += square_of_norm(branches_[m], x[m]);
    }
    const std::size_t count = branches_.size();
    for (std::size_t k = 0; k < count; ++k) {
        const double square = square_of_norm(branches_[k], x[k]);
        // d ln u_k / dz_k, d W_k / dz_k and d ln u_f^p / dz_k
        const double rate = from_square(square, branches_[k] - 2);
        const double own = branches_[k] * rate * sizes_[k];
        const double trunk = shared_ > 0 ? shared_ * square / trunk_square * rate : 0;
        for (std::size_t i = 0; i < count; ++i) {
            double slope = covariance_[i * count + k] * own;
            for (std::size_t m = 0; trunk > 0 && m < count; ++m) {
                slope += covariance_[i * count + m] * sizes_[m] * trunk;
            }
            j(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = -slope;
        }
    }
    return true;
}

}  // namespace fusionflow::solver
