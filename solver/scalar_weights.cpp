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
    switch (n) {
        case 0: return 1;
        case 1: return std::sqrt(square);
        case 2: return square;
        default: break;
    }
    const double even = power(square, n / 2);
    return n % 2 == 0 ? even : even * std::sqrt(square);
}

struct branch_size {
    double square;  // u^2
    double power;   // u^n
};

// From the potential z of a branch of n layers, or from the weight z, with its sign, of a branch of
// one. By cases, because this is where an integration spends its time.
branch_size size_of_branch(int n, double z) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (n == 1) {
        return {z * z, z};
    }
    if (n == 2) {
        const double square = std::exp(2 * z);
        return {square, square};
    }
    if (!(z < 0)) {
        return {nan, nan};
    }
    if (n == 4) {
        const double square = -0.5 / z;
        return {square, square * square};
    }
    if (n == 3) {
        const double norm = -1 / z;
        return {norm * norm, norm * norm * norm};
    }
    const double square = std::exp(-2 * std::log((2 - n) * z) / (n - 2));
    return {square, from_square(square, n)};
}

}  // namespace

scalar_weights::scalar_weights(const data::moments& moments, const theory::architecture& arch,
                               const Eigen::VectorXd& directions, double trunk_excess)
    : shared_(arch.shared()), trunk_excess_(trunk_excess) {
    if (moments.dimension() != moments.count()) {
        return;
    }
    branches_ = arch.branches();
    squares_.resize(branches_.size());
    sizes_.resize(branches_.size());
    const auto sign = [&](Eigen::Index m) {
        const bool has_own = arch.branch(static_cast<int>(m)) == 1;  // in the state
        return directions(m) < 0 && !has_own ? -1.0 : 1.0;
    };
    for (Eigen::Index i = 0; i < moments.count(); ++i) {
        signs_.push_back(sign(i));
        correlation_.push_back(sign(i) * moments.correlation()(i));
        for (Eigen::Index j = 0; j < moments.count(); ++j) {
            covariance_.push_back(sign(i) * sign(j) * moments.covariance()(i, j));
        }
    }
}

template <std::size_t N>
bool scalar_weights::find(const double* x) {
    trunk_square_ = trunk_excess_;
    double* const squares = squares_.data();
    double* const sizes = sizes_.data();
    for (std::size_t m = 0; m < count<N>(); ++m) {
        const branch_size own = size_of_branch(branches_[m], x[m]);
        squares[m] = own.square;
        sizes[m] = own.power;
        trunk_square_ += own.square;
    }
    if (shared_ == 0) {
        return true;
    }
    if (trunk_square_ < least_square) {
        return false;
    }
    trunk_power_ = from_square(trunk_square_, shared_);
    for (std::size_t m = 0; m < count<N>(); ++m) {
        sizes[m] *= trunk_power_;
    }
    return true;
}

bool scalar_weights::total_weights(const state& x, Eigen::VectorXd& weights, double& trunk_power) {
    if (!any() || !(branches_.size() == 2 ? find<2>(x.data()) : find<any_number>(x.data()))) {
        return false;
    }
    trunk_power = trunk_power_;
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const double size = branches_[m] == 1 ? trunk_power_ : sizes_[m];
        weights(static_cast<Eigen::Index>(m)) =
            (branches_[m] == 1 ? x[m] : signs_[m]) * (size < least_weight ? least_weight : size);
    }
    return true;
}

template <std::size_t N>
bool scalar_weights::find_speeds(const double* x, double* speeds) {
    if (!find<N>(x)) {
        return false;
    }
    const double* row = covariance_.data();
    const double* const sizes = sizes_.data();
    for (std::size_t i = 0; i < count<N>(); ++i) {
        double residual = correlation_[i];
        for (std::size_t m = 0; m < count<N>(); ++m) {
            residual -= *row++ * sizes[m];
        }
        speeds[i] = residual;
    }
    speeds[count<N>()] = 1 / trunk_power_;
    return true;
}

bool scalar_weights::derivative(const state& x, state& dxdt) {
    if (!any()) {
        return false;
    }
    return branches_.size() == 2 ? find_speeds<2>(x.data(), dxdt.data())
                                 : find_speeds<any_number>(x.data(), dxdt.data());
}

// d W_k / dz with the trunk as it is, and d ln u_f^p / dz; for potentials d ln u_k / dz is
// u_k^(n-2).
scalar_weights::slope_pair scalar_weights::slopes(std::size_t k, double z) const {
    if (branches_[k] == 1) {
        return {trunk_power_, shared_ > 0 ? shared_ * z / trunk_square_ : 0};
    }
    const double rate = from_square(squares_[k], branches_[k] - 2);
    return {branches_[k] * rate * sizes_[k],
            shared_ > 0 ? shared_ * squares_[k] / trunk_square_ * rate : 0};
}

bool scalar_weights::jacobian(const state& x, Eigen::MatrixXd& j) {
    if (!any() || !find<any_number>(x.data())) {
        return false;
    }
    const std::size_t count = branches_.size();
    for (std::size_t k = 0; k < count; ++k) {
        const auto [own, trunk] = slopes(k, x[k]);
        for (std::size_t i = 0; i < count; ++i) {
            double slope = covariance_[i * count + k] * own;
            for (std::size_t m = 0; trunk != 0 && m < count; ++m) {
                slope += covariance_[i * count + m] * sizes_[m] * trunk;
            }
            j(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = -slope;
        }
    }
    return true;
}

}  // namespace fusionflow::solver
