#include "fusionflow/solver/flows/scalar_weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "fusionflow/solver/networks/power.hpp"

namespace fusionflow::solver {

namespace {

constexpr double least_norm = 1e-150;  // of u_f^2: below it squares of norms may lose digits

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

// From the potential z of a branch of n layers; where n = 1, z is the weight itself and keeps its
// sign. Cases are written out because an integration spends its time here.
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
    room_.squares.resize(branches_.size());
    room_.weights.resize(branches_.size());
    const auto sign = [&](Eigen::Index m) {
        const bool has_own = arch.branch(static_cast<int>(m)) == 1;  // the state has its sign
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

// Calls f(0), f(1), ... The calls are written out where N is known, so that what they index stays
// in registers.
template <std::size_t N, typename Function>
void scalar_weights::each(const Function& f) const {
    if constexpr (N == any_number) {
        for (std::size_t m = 0; m < branches_.size(); ++m) {
            f(m);
        }
    } else {
        [&]<std::size_t... M>(std::index_sequence<M...>) { (f(M), ...); }
        (std::make_index_sequence<N>{});
    }
}

template <std::size_t N>
bool scalar_weights::find(const double* x, sizes<N>& found) const {
    double square = trunk_excess_;
    each<N>([&](std::size_t m) {
        const branch_size own = size_of_branch(branches_[m], x[m]);
        found.squares[m] = own.square;
        found.weights[m] = own.power;
        square += own.square;
    });
    found.trunk_square = square;
    if (shared_ == 0) {
        found.trunk_power = 1;
        return true;
    }
    if (square < least_norm) {
        return false;
    }
    found.trunk_power = from_square(square, shared_);
    each<N>([&](std::size_t m) { found.weights[m] *= found.trunk_power; });
    return true;
}

template <std::size_t N>
bool scalar_weights::find_weights(const double* x, sizes<N>& found, double* weights) const {
    if (!find<N>(x, found)) {
        return false;
    }
    each<N>([&](std::size_t m) {
        const bool own = branches_[m] == 1;  // the state has its sign
        const double size = own ? found.trunk_power : found.weights[m];
        weights[m] = (own ? x[m] : signs_[m]) * (size < least_weight ? least_weight : size);
    });
    return true;
}

bool scalar_weights::total_weights(const state& x, Eigen::VectorXd& weights, double& trunk_power) {
    if (!any()) {
        return false;
    }
    if (branches_.size() == 2) {
        sizes<2> found;
        if (!find_weights<2>(x.data(), found, weights.data())) {
            return false;
        }
        trunk_power = found.trunk_power;
        return true;
    }
    if (!find_weights<any_number>(x.data(), room_, weights.data())) {
        return false;
    }
    trunk_power = room_.trunk_power;
    return true;
}

template <std::size_t N>
bool scalar_weights::find_speeds(const double* x, sizes<N>& found, double* speeds) const {
    if (!find<N>(x, found)) {
        return false;
    }
    using vector = Eigen::Matrix<double, N == any_number ? Eigen::Dynamic : static_cast<int>(N), 1>;
    const auto size = static_cast<Eigen::Index>(count<N>());
    const auto find_residual = [&](auto& residual) {
        residual = Eigen::Map<const vector>(correlation_.data(), size);
        each<N>([&](std::size_t m) {
            const double* const column = &covariance_[m * count<N>()];
            residual -= found.weights[m] * Eigen::Map<const vector>(column, size);
        });
    };
    Eigen::Map<vector> out(speeds, size);
    if constexpr (N == any_number) {
        find_residual(out);
    } else {
        // All are written at once: reading numbers that were written singly as a vector stalls.
        vector residual;
        find_residual(residual);
        out = residual;
    }
    speeds[count<N>()] = 1 / found.trunk_power;
    return true;
}

bool scalar_weights::derivative(const state& x, state& dxdt) {
    if (!any()) {
        return false;
    }
    if (branches_.size() == 2) {
        sizes<2> found;
        return find_speeds<2>(x.data(), found, dxdt.data());
    }
    return find_speeds<any_number>(x.data(), room_, dxdt.data());
}

// Slopes are found from dW_k/dz with the trunk held and from d ln u_f^p / dz. For potentials
// d ln u_k / dz = u_k^(n-2).
template <std::size_t N>
void scalar_weights::set_slopes(const double* x, const sizes<N>& at, Eigen::MatrixXd& j) const {
    const std::size_t modalities = count<N>();
    for (std::size_t k = 0; k < modalities; ++k) {
        const bool one_layer = branches_[k] == 1;
        const double rate = one_layer ? 0 : from_square(at.squares[k], branches_[k] - 2);
        const double own = one_layer ? at.trunk_power : branches_[k] * rate * at.weights[k];
        const double moves = one_layer ? x[k] : at.squares[k] * rate;  // u_f du_f / dz
        const double trunk = shared_ > 0 ? shared_ * moves / at.trunk_square : 0;
        for (std::size_t i = 0; i < modalities; ++i) {
            const double* const row = &covariance_[i * modalities];
            double slope = row[k] * own;
            for (std::size_t m = 0; trunk != 0 && m < modalities; ++m) {
                slope += row[m] * at.weights[m] * trunk;
            }
            j(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = -slope;
        }
    }
}

bool scalar_weights::jacobian(const state& x, Eigen::MatrixXd& j) {
    if (!any()) {
        return false;
    }
    if (branches_.size() == 2) {
        sizes<2> found;
        if (!find<2>(x.data(), found)) {
            return false;
        }
        set_slopes<2>(x.data(), found, j);
        return true;
    }
    if (!find<any_number>(x.data(), room_)) {
        return false;
    }
    set_slopes<any_number>(x.data(), room_, j);
    return true;
}

}  // namespace fusionflow::solver
