#include "fusionflow/solver/flows/sensitive_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "fusionflow/solver/networks/power.hpp"
#include "fusionflow/theory/race/potential.hpp"

namespace fusionflow::solver {

namespace {

constexpr double slope_difference = 1e-6;  // relative step; second derivatives are good to 1e-10

}  // namespace

sensitive_flow::sensitive_flow(const data::moments& moments, const theory::architecture& arch,
                               const theory::initialisation& init, theory::variation change)
    : base_(moments, arch, init), moments_(&moments), change_(std::move(change)),
      shared_(arch.shared()), trunk_excess_(init.trunk_excess), reduced_(base_.initial()),
      speed_(reduced_.size()), weights_(moments.dimension()), residual_push_(moments.dimension()),
      norms_(moments.count()), shares_(moments.count()) {
    active_ = std::ssize(reduced_) - 1;
    push_.resize(active_);
    initial_.assign(static_cast<std::size_t>(2 * active_ + 3), 0.0);
    numbers(initial_, 0, active_) = numbers(reduced_, 0, active_);
    Eigen::Index at = 0;
    for (int m = 0; m < moments.count(); ++m) {
        part p{arch.branch(m), at, 0};
        const bool turns = !p.polar() || moments.dim(m) > 1;
        p.size = (p.polar() ? 1 : 0) + (turns ? moments.dim(m) : 0);
        auto slopes = numbers(initial_, active_ + at, p.size);
        const double norm = init.norm(m);
        const Eigen::VectorXd turn =
            theory::slopes_of(theory::moving_direction(moments, change_, m));
        if (p.polar()) {
            slopes(0) = theory::power(norm, 2 - p.branch) * change_.log_init;
            slopes.tail(p.size - 1) = turn.head(p.size - 1);
        } else {
            slopes = norm * turn + change_.log_init * numbers(initial_, at, p.size);
        }
        parts_.push_back(p);
        at += p.size;
    }
}

// A state of the reduced flow, made of the numbers in x from `from` on.
const state& sensitive_flow::reduced(const state& x, Eigen::Index from, double time) const {
    numbers(reduced_, 0, active_) = numbers(x, from, active_);
    reduced_.back() = time;
    return reduced_;
}

// d ln u_m along a change of x.
double sensitive_flow::log_norm_slope(const state& x, std::size_t m,
                                      const Eigen::Ref<const Eigen::VectorXd>& along) const {
    const part& p = parts_[m];
    const double norm = norms_(static_cast<Eigen::Index>(m));
    if (p.polar()) {
        return power(norm, p.branch - 2) * along(p.at);
    }
    return (numbers(x, p.at, p.size) / norm).dot(along.segment(p.at, p.size)) / norm;
}

// d ln u_f = sum_m u_m^2/u_f^2 d ln u_m along a change of x.
double sensitive_flow::log_trunk_slope(const state& x,
                                       const Eigen::Ref<const Eigen::VectorXd>& along) const {
    double sum = 0;
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const double share = shares_(static_cast<Eigen::Index>(m));
        sum += share > 0 ? share * share * log_norm_slope(x, m, along) : 0;
    }
    return sum;
}

// d ln |W_m| along a change of x, from |W_m| = u_m^n_m u_f^p.
double sensitive_flow::log_weight_slope(const state& x, std::size_t m,
                                        const Eigen::Ref<const Eigen::VectorXd>& along) const {
    return parts_[m].branch * log_norm_slope(x, m, along) + shared_ * log_trunk_slope(x, along);
}

void sensitive_flow::look_at(const state& x) {
    const state& at = reduced(x, 0, 0);
    base_.derivative(at, speed_);
    base_.jacobian(at, jacobian_);
    base_.total_weights(at, weights_);
    base_.branch_norms(at, norms_);
    const double largest = std::max(norms_.maxCoeff(), std::sqrt(trunk_excess_));
    shares_ = norms_ / largest;
    const double excess = std::sqrt(trunk_excess_) / largest;
    const double trunk = std::sqrt(shares_.squaredNorm() + excess * excess);
    shares_ /= trunk;
    trunk_push_ = shared_ > 0 ? change_.log_init * power(excess / trunk, 2) : 0;
    find_push(x);
}

// df/dtheta at fixed x, from E = s - W Sigma, in which W is proportional to u_f^p.
void sensitive_flow::find_push(const state& x) {
    residual_push_.noalias() = change_.correlation - change_.covariance * weights_;
    if (trunk_push_ != 0) {
        residual_push_.noalias() -= shared_ * trunk_push_ * moments_->covariance() * weights_;
    }
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        const auto e = moments_->part(residual_push_, static_cast<int>(m));
        auto push = push_.segment(p.at, p.size);
        if (!p.polar()) {
            push = e;
        } else if (p.size == 1) {
            push(0) = weights_(moments_->offset(static_cast<int>(m))) < 0 ? -e(0) : e(0);
        } else {
            const Eigen::VectorXd d = numbers(x, p.at + 1, p.size - 1).normalized();
            push(0) = e.dot(d);
            push.tail(p.size - 1) =
                power(norms_(static_cast<Eigen::Index>(m)), p.branch - 2) * (e - push(0) * d);
        }
    }
}

void sensitive_flow::derivative(const state& x, state& dxdt) {
    look_at(x);
    const auto slopes = numbers(x, active_, active_);
    numbers(dxdt, 0, active_) = numbers(speed_, 0, active_);
    numbers(dxdt, active_, active_) = push_;
    numbers(dxdt, active_, active_).noalias() += jacobian_ * slopes;
    const auto time = static_cast<std::size_t>(2 * active_);
    const double pace = speed_.back();
    dxdt[time] = shared_ > 0 ? -shared_ * pace * (log_trunk_slope(x, slopes) + trunk_push_) : 0.0;
    dxdt[time + 1] = pace;
    dxdt.back() = pace;
}

double sensitive_flow::relative_error(const state& x, const state& error) const {
    const state at = reduced(x, 0, x.back());
    const double of_state = base_.relative_error(at, reduced(error, 0, 0));
    const double of_slopes = base_.relative_error(at, reduced(error, active_, 0)) /
                             (1 + base_.relative_error(at, reduced(x, active_, 0)));
    const auto time = static_cast<std::size_t>(2 * active_);
    const double times = std::abs(x[time]) + std::abs(x[time + 1]);
    const double of_times =
        times > 0 ? (std::abs(error[time]) + std::abs(error[time + 1])) / times : 0;
    const double largest = std::max({of_state, of_slopes, of_times});
    // std::max() may drop a NaN.
    return std::isnan(of_slopes + of_times) ? std::numeric_limits<double>::infinity() : largest;
}

void sensitive_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    base_.total_weights(reduced(x, 0, 0), weights);
}

void sensitive_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    base_.branch_norms(reduced(x, 0, 0), norms);
}

void sensitive_flow::settle(const state& x, state& dxdt) {
    speed_ = reduced(dxdt, 0, dxdt.back());
    base_.settle(reduced(x, 0, 0), speed_);
    derivative(x, dxdt);
}

double sensitive_flow::horizon(const state& x, const state& dxdt, double rtol) const {
    const state speed = reduced(dxdt, 0, dxdt.back());
    return base_.horizon(reduced(x, 0, 0), speed, rtol);
}

// The step goes with the size of the number that is varied, or with 1 if that is larger for
// directions and for potentials of two-layer branches, which are logarithms.
double sensitive_flow::difference_step(const state& x, const part& p, Eigen::Index i) const {
    const double size = std::abs(x[static_cast<std::size_t>(p.at + i)]);
    if (!p.polar()) {
        return slope_difference * numbers(x, p.at, p.size).norm();
    }
    return slope_difference * (i > 0 || p.branch == 2 ? std::max(size, 1.0) : size);
}

void sensitive_flow::jacobian(const state& x, Eigen::MatrixXd& j) {
    const Eigen::Index size = 2 * active_ + 2;
    j.setZero(size, size);
    state aside = x;
    state up(x.size());
    state down(x.size());
    for (const part& p : parts_) {
        for (Eigen::Index i = 0; i < p.size; ++i) {
            const Eigen::Index column = p.at + i;
            const auto k = static_cast<std::size_t>(column);
            const double step = difference_step(x, p, i);
            aside[k] = x[k] + step;
            derivative(aside, up);
            aside[k] = x[k] - step;
            derivative(aside, down);
            aside[k] = x[k];
            j.col(column).tail(size - active_) =
                (numbers(up, active_, size - active_) - numbers(down, active_, size - active_)) /
                (2 * step);
        }
    }
    look_at(x);
    j.topLeftCorner(active_, active_) = jacobian_;
    j.block(active_, active_, active_, active_) = jacobian_;
    for (Eigen::Index i = 0; shared_ > 0 && i < active_; ++i) {
        j(2 * active_, active_ + i) =
            -shared_ * speed_.back() * log_trunk_slope(x, Eigen::VectorXd::Unit(active_, i));
    }
}

double sensitive_flow::time_slope(const state& x, int m, const theory::dual& level) {
    look_at(x);
    const auto i = static_cast<std::size_t>(m);
    const double gained =
        log_weight_slope(x, i, numbers(x, active_, active_)) + shared_ * trunk_push_;
    const double rising = log_weight_slope(x, i, numbers(speed_, 0, active_));
    const double later = (theory::slope_of(level) / theory::value_of(level) - gained) / rising;
    return x[static_cast<std::size_t>(2 * active_)] + later * speed_.back();
}

}  // namespace fusionflow::solver
