#include "solver/reduced_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/error.hpp"

namespace fusionflow::solver {

namespace {

Eigen::Map<const Eigen::VectorXd> numbers(const state& x, std::size_t at, int count) {
    return {x.data() + at, count};
}

Eigen::Map<Eigen::VectorXd> numbers(state& x, std::size_t at, int count) {
    return {x.data() + at, count};
}

}  // namespace

reduced_flow::reduced_flow(const data::moments& moments, const theory::architecture& arch,
                           const theory::initialisation& init)
    : moments_(&moments), shared_(arch.shared()), trunk_excess_(init.trunk_excess),
      log_norm_(static_cast<std::size_t>(moments.count())), weights_(moments.dimension()),
      residual_(moments.dimension()), direction_(moments.dimension()) {
    arch.match(moments);
    init.validate(moments.count());
    if (init.drawn != theory::scheme::balanced) {
        throw data::input_error("scheme", "the reduced flow is that of balanced networks");
    }
    const Eigen::VectorXd directions = theory::initial_directions(moments);
    for (int m = 0; m < moments.count(); ++m) {
        const auto d = moments.part(directions, m);
        part p;
        p.branch = arch.branch(m);
        p.dim = moments.dim(m);
        p.at = initial_.size();
        p.polar = p.branch >= 2;
        p.sign = d(0) < 0 ? -1 : 1;
        parts_.push_back(p);
        if (p.polar) {
            initial_.push_back(std::log(init.norm(m)));
        }
        if (!p.polar || p.dim > 1) {
            const double scale = p.polar ? 1 : init.norm(m);
            for (int i = 0; i < p.dim; ++i) {
                initial_.push_back(scale * d(i));
            }
        }
    }
}

void reduced_flow::log_norms(const state& x) {
    double largest =
        trunk_excess_ > 0 ? std::log(trunk_excess_) / 2 : -std::numeric_limits<double>::infinity();
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        log_norm_[m] = p.polar ? x[p.at] : std::log(numbers(x, p.at, p.dim).norm());
        largest = std::max(largest, log_norm_[m]);
    }
    // Relative to the largest, so that norms of 1e-200 do not vanish when squared.
    double sum = trunk_excess_ > 0 ? std::exp(std::log(trunk_excess_) - 2 * largest) : 0;
    for (const double v : log_norm_) {
        sum += std::exp(2 * (v - largest));
    }
    log_trunk_ = largest + std::log(sum) / 2;
}

void reduced_flow::direction(const state& x, int m, Eigen::VectorXd& d) const {
    const part& p = parts_[static_cast<std::size_t>(m)];
    auto out = d.segment(moments_->offset(m), p.dim);
    if (!p.polar) {
        out = numbers(x, p.at, p.dim);
    } else if (p.dim == 1) {
        out(0) = p.sign;
    } else {
        out = numbers(x, p.at + 1, p.dim).normalized();
    }
}

void reduced_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    log_norms(x);
    for (int m = 0; m < moments_->count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        // W_m = u_m^(n-1) u_f^p w_m; of w_m only the direction is left in log-polar form.
        const double log_scale = (parts_[i].polar ? parts_[i].branch * log_norm_[i] : 0) +
                                 (shared_ > 0 ? shared_ * log_trunk_ : 0);
        direction(x, m, direction_);
        weights.segment(moments_->offset(m), moments_->dim(m)) =
            std::exp(log_scale) * moments_->part(direction_, m);
    }
}

void reduced_flow::derivative(const state& x, state& dxdt) {
    total_weights(x, weights_);
    residual_ = moments_->correlation();
    residual_.noalias() -= moments_->covariance() * weights_;
    for (int m = 0; m < moments_->count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        const part& p = parts_[i];
        const auto e = moments_->part(residual_, m);
        const double log_trunk_power = shared_ > 0 ? shared_ * log_trunk_ : 0;
        if (!p.polar) {
            numbers(dxdt, p.at, p.dim) = std::exp(log_trunk_power) * e;
            continue;
        }
        const double speed = std::exp((p.branch - 2) * log_norm_[i] + log_trunk_power);
        const auto d = moments_->part(direction_, m);
        const double along = e.dot(d);
        dxdt[p.at] = speed * along;
        if (p.dim > 1) {
            numbers(dxdt, p.at + 1, p.dim) = speed * (e - along * d);
        }
    }
}

double reduced_flow::relative_error(const state& x, const state& error) const {
    // ln u and a unit vector are relative by themselves; one-layer branches are measured by the
    // trunk's norm, which they make and which is not small where they pass through zero.
    double square = trunk_excess_;
    for (const part& p : parts_) {
        square += p.polar ? std::exp(2 * x[p.at]) : numbers(x, p.at, p.dim).squaredNorm();
    }
    const double trunk = std::sqrt(square);
    double largest = 0;
    for (const part& p : parts_) {
        const int count = p.polar ? (p.dim > 1 ? p.dim + 1 : 1) : p.dim;
        const double size = numbers(error, p.at, count).lpNorm<Eigen::Infinity>();
        const double relative = p.polar ? size : size / trunk;
        if (!(relative <= std::numeric_limits<double>::max())) {
            return std::numeric_limits<double>::infinity();
        }
        largest = std::max(largest, relative);
    }
    return largest;
}

void reduced_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        norms(static_cast<Eigen::Index>(m)) =
            p.polar ? std::exp(x[p.at]) : numbers(x, p.at, p.dim).norm();
    }
}

}  // namespace fusionflow::solver
