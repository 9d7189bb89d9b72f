#include "fusionflow/solver/flows/reduced_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/flows/potential_steps.hpp"
#include "fusionflow/solver/networks/moment_products.hpp"
#include "fusionflow/solver/networks/power.hpp"
#include "fusionflow/theory/race/potential.hpp"

namespace fusionflow::solver {

namespace {

constexpr double slow = 1e-6;                  // a speed, against the terms of its residual
constexpr double reach = 0.7;                  // of a potential in one step
constexpr double reach_of_two = 0.6;           // the same for two layers: a logarithm
constexpr double least_exact_square = 1e-280;  // below it squares lose digits
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The negative potential at which a branch of n >= 2 layers has this u^(2n - 2).
double potential_at_square(int n, double square) {
    return n == 2 ? 0.5 * std::log(square) : -std::pow(square, -0.5 * (n - 2) / (n - 1)) / (n - 2);
}

}  // namespace

reduced_flow::reduced_flow(const data::moments& moments, const theory::architecture& arch,
                           const theory::initialisation& init)
    : moments_(&moments), shared_(arch.shared()), trunk_excess_(init.trunk_excess),
      norms_(static_cast<std::size_t>(moments.count())), weights_(moments.dimension()),
      residual_(moments.dimension()), rounding_(moments),
      left_over_(Eigen::VectorXd::Zero(moments.dimension())),
      direction_(theory::initial_directions(moments)) {
    theory::require_start(moments, arch, init);
    data::need(init.balanced(), "scheme", "the reduced flow needs a balanced scheme");
    for (int m = 0; m < moments.count(); ++m) {
        const auto d = moments.part(direction_, m);
        part p;
        p.branch = arch.branch(m);
        p.dim = moments.dim(m);
        p.at = initial_.size();
        p.offset = moments.offset(m);
        p.polar = p.branch >= 2;
        p.sign = d(0) < 0 ? -1 : 1;
        p.size = (p.polar ? 1 : 0) + (!p.polar || p.dim > 1 ? p.dim : 0);
        parts_.push_back(p);
        if (p.polar) {
            initial_.push_back(-theory::potential(p.branch, init.norm(m)));
        }
        if (!p.polar || p.dim > 1) {
            const double scale = p.polar ? 1 : init.norm(m);
            for (int i = 0; i < p.dim; ++i) {
                initial_.push_back(scale * d(i));
            }
        }
    }
    initial_.push_back(0);  // time
    weights_.setZero();
    rounding_.terms(weights_, terms_);
    scalars_ = scalar_weights(moments, arch, direction_, trunk_excess_);
}

// u from z, by square roots where that is possible: an integration spends its time here.
double reduced_flow::part::norm(double z) const {
    switch (branch) {
        case 2: return std::exp(z);
        case 3: return z < 0 ? -1 / z : nan;
        case 4: return z < 0 ? 1 / std::sqrt(-2 * z) : nan;
        default: return z < 0 ? std::exp(-std::log((2 - branch) * z) / (branch - 2)) : nan;
    }
}

void reduced_flow::find_norms(const state& x) {
    double square = trunk_excess_;
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        norms_[m] = p.polar ? p.norm(x[p.at]) : numbers(x, p.at, p.dim).stableNorm();
        square += norms_[m] * norms_[m];
    }
    if (shared_ > 0) {
        trunk_ = square > least_exact_square ? std::sqrt(square) : small_trunk();
        trunk_power_ = power(trunk_, shared_);
    }
}

// u_f from norms relative to the largest one, so that norms of 1e-200 do not vanish when squared.
double reduced_flow::small_trunk() const {
    const double root = std::sqrt(trunk_excess_);
    const double largest = std::max(root, *std::max_element(norms_.begin(), norms_.end()));
    double sum = power(root / largest, 2);
    for (const double u : norms_) {
        sum += power(u / largest, 2);
    }
    return largest * std::sqrt(sum);
}

void reduced_flow::direction(const state& x, const part& p, Eigen::VectorXd& d) {
    auto out = d.segment(p.offset, p.dim);
    if (!p.polar) {
        out = numbers(x, p.at, p.dim);
    } else {
        out = numbers(x, p.at + 1, p.dim).normalized();
    }
}

// For n = 1 the factor of w_m in W_m = u_f^p w_m, in polar form of d_m in W_m = u_m^n u_f^p d_m.
double reduced_flow::weight_size(std::size_t m) const {
    const part& p = parts_[m];
    const double size = (p.polar ? power(norms_[m], p.branch) : 1) * trunk_power_;
    return size < least_weight ? least_weight : size;
}

void reduced_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    if (scalars_.total_weights(x, weights, trunk_power_)) {
        return;
    }
    find_norms(x);
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        if (p.polar && p.dim == 1) {
            weights(p.offset) = weight_size(m) * p.sign;
        } else {
            direction(x, p, direction_);
            weights.segment(p.offset, p.dim) = weight_size(m) * direction_.segment(p.offset, p.dim);
        }
    }
}

void reduced_flow::find_residual(const state& x) {
    total_weights(x, weights_);
    residual(*moments_, weights_, residual_);
    residual_ -= left_over_;
}

void reduced_flow::derivative(const state& x, state& dxdt) {
    if (scalars_.derivative(x, dxdt)) {
        for (std::size_t m = 0; rests_ && m < parts_.size(); ++m) {
            dxdt[m] -= left_over_(static_cast<Eigen::Index>(m));
        }
        return;
    }
    find_residual(x);
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        if (p.polar && p.dim == 1) {
            dxdt[p.at] = p.sign * residual_(p.offset);
            continue;
        }
        const auto e = residual_.segment(p.offset, p.dim);
        if (!p.polar) {
            numbers(dxdt, p.at, p.dim) = e;
            continue;
        }
        const auto d = direction_.segment(p.offset, p.dim);
        const double along = e.dot(d);
        dxdt[p.at] = along;
        numbers(dxdt, p.at + 1, p.dim) = power(norms_[m], p.branch - 2) * (e - along * d);
    }
    dxdt.back() = 1 / trunk_power_;
}

// True where a speed is so small against the terms of its residual, as last found, that it may be
// rounding and has to be looked at closer.
bool reduced_flow::is_slow(const state& dxdt) const {
    return std::any_of(parts_.begin(), parts_.end(), [&](const part& p) {
        const double speed =
            p.polar ? std::abs(dxdt[p.at]) : numbers(dxdt, p.at, p.dim).lpNorm<Eigen::Infinity>();
        return speed <= slow * terms_.segment(p.offset, p.dim).norm();
    });
}

// What rounding leaves of a residual is taken off it, so that the modality stands where it is.
void reduced_flow::settle(const state& x, state& dxdt) {
    if (!rests_ && !is_slow(dxdt)) {
        return;
    }
    total_weights(x, weights_);
    rounding_.terms(weights_, terms_);
    residual(*moments_, weights_, residual_);
    bool rests = false;
    found_.setZero(residual_.size());
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        const bool still = rounding_.holds(static_cast<int>(m), residual_, terms_);
        if (still) {
            found_.segment(p.offset, p.dim) = residual_.segment(p.offset, p.dim);
        }
        rests = rests || still;
    }
    if (!rests && !rests_) {
        return;
    }
    rests_ = false;
    if (rests && scalars_.derivative(x, dxdt)) {
        // Only the code of derivative() finds what it has to take off to the last digit.
        for (const part& p : parts_) {
            found_(p.offset) = found_(p.offset) == 0 ? 0 : dxdt[p.at];
        }
    }
    left_over_ = found_;
    rests_ = rests;
    derivative(x, dxdt);
}

double reduced_flow::relative_error(const state& x, const state& error) const {
    // Errors of z count as those of ln u, |dz| u^(n-2), and where n = 2 relative to max(|ln u|, 1).
    double largest = 0;
    const auto take = [&largest](double size) {
        largest = size <= largest ? largest : size;  // NaN passes, and becomes infinity:
        largest = std::isnan(size) ? std::numeric_limits<double>::infinity() : largest;
    };
    for (const part& p : parts_) {
        if (!p.polar) {
            take(numbers(error, p.at, p.dim).lpNorm<Eigen::Infinity>() / trunk_norm(x));
            continue;
        }
        const double size = std::abs(x[p.at]);
        take(std::abs(error[p.at]) / (p.branch == 2 ? std::max(size, 1.0) : (p.branch - 2) * size));
        if (p.dim > 1) {
            take(numbers(error, p.at + 1, p.dim).lpNorm<Eigen::Infinity>());
        }
    }
    return largest;
}

// u_f of the state that is given. Errors of one-layer branches are relative to it, since it is not
// small where they pass through zero.
double reduced_flow::trunk_norm(const state& x) const {
    double square = trunk_excess_;
    for (const part& p : parts_) {
        square += p.polar ? power(p.norm(x[p.at]), 2) : numbers(x, p.at, p.dim).squaredNorm();
    }
    return std::sqrt(square);
}

// A step of length h from the potential z feels a weight W as h W, so it may go straight on to
// where that is a small part of rtol of the potential left there. From there on a step covers part
// of what is left. least_potential_left keeps rounding errors of z from being felt at the end.
double reduced_flow::horizon(const state& x, const state& dxdt, double rtol) const {
    double nearest = std::numeric_limits<double>::infinity();
    for (const part& p : parts_) {
        const double z = x[p.at];
        const double still = rounding_.part() * terms_.segment(p.offset, p.dim).norm();
        if (!p.polar || !(dxdt[p.at] > still && z < 0)) {
            continue;
        }
        const double part_left = p.branch > 2 ? -reach * z : reach_of_two * std::max(-z, 1.0);
        if (-z < felt_potential) {
            nearest = std::min(nearest, part_left / dxdt[p.at]);
            continue;
        }
        const double small = unfelt_step * rtol / (std::max(p.branch - 2, 1) * -z);
        const double edge =
            std::min(potential_at_square(p.branch, small), least_potential_left * z);
        nearest = std::min(nearest, (z < 2 * edge ? edge - z : part_left) / dxdt[p.at]);
    }
    return nearest;
}

bool reduced_flow::waits() const {
    return std::any_of(parts_.begin(), parts_.end(), [](const part& p) { return p.polar; });
}

void reduced_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        norms(static_cast<Eigen::Index>(m)) =
            p.polar ? p.norm(x[p.at]) : numbers(x, p.at, p.dim).norm();
    }
}

// Adds dE/dx through the numbers of modality m: through u_m^n d_m for polar parts, through w_m for
// others. Every term is a column of Sigma or of rank one, so that all modalities cost O(D^2).
void reduced_flow::add_residual_slopes(const state& x, int m) {
    const auto i = static_cast<std::size_t>(m);
    const part& p = parts_[i];
    const auto at = static_cast<Eigen::Index>(p.at);
    const auto sigma = moments_->covariance().middleCols(moments_->offset(m), p.dim);
    if (!p.polar) {
        residual_slopes_.middleCols(at, p.dim) -= trunk_power_ * sigma;
        return;
    }
    const auto d = moments_->part(direction_, m);
    const double size = power(norms_[i], p.branch) * trunk_power_;
    const Eigen::VectorXd along = sigma * d;
    residual_slopes_.col(at) -= p.branch * size * power(norms_[i], p.branch - 2) * along;
    if (p.dim > 1) {
        const double length = Eigen::Map<const Eigen::VectorXd>(&x[p.at + 1], p.dim).norm();
        residual_slopes_.middleCols(at + 1, p.dim) -=
            size / length * (sigma - along * d.transpose());
    }
}

// Adds dE/dx through the trunk: d ln u_f = sum_m u_m^2 / u_f^2 d ln u_m, and every W_m is
// proportional to u_f^p.
void reduced_flow::add_trunk_slopes(const state& x) {
    log_trunk_slopes_.setZero(static_cast<Eigen::Index>(x.size()) - 1);
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        const auto at = static_cast<Eigen::Index>(p.at);
        if (p.polar) {
            log_trunk_slopes_(at) = power(norms_[m] / trunk_, 2) * power(norms_[m], p.branch - 2);
        } else {
            log_trunk_slopes_.segment(at, p.dim) =
                Eigen::Map<const Eigen::VectorXd>(&x[p.at], p.dim) / trunk_ / trunk_;
        }
    }
    residual_slopes_.noalias() +=
        shared_ * (residual_ - moments_->correlation()) * log_trunk_slopes_.transpose();
}

// Sets the rows of modality m in the Jacobian, from those of E_m in dE/dx.
void reduced_flow::set_rows(const state& x, int m, Eigen::MatrixXd& j) const {
    const auto i = static_cast<std::size_t>(m);
    const part& p = parts_[i];
    const auto at = static_cast<Eigen::Index>(p.at);
    const auto slopes = residual_slopes_.middleRows(moments_->offset(m), p.dim);
    if (!p.polar) {
        j.middleRows(at, p.dim) = slopes;
        return;
    }
    const auto d = moments_->part(direction_, m);
    j.row(at).noalias() = d.transpose() * slopes;
    if (p.dim == 1) {
        return;
    }
    // The rows of d_m are d/dx of u^(n-2) (I - d d^T) e with d of unit length.
    const auto e = moments_->part(residual_, m);
    const Eigen::VectorXd across = e - e.dot(d) * d;
    const double length = Eigen::Map<const Eigen::VectorXd>(&x[p.at + 1], p.dim).norm();
    const double speed = power(norms_[i], p.branch - 2);
    j.middleRows(at + 1, p.dim) = speed * slopes;
    j.middleRows(at + 1, p.dim).noalias() -= speed * d * j.row(at);
    j.row(at).segment(at + 1, p.dim) += across.transpose() / length;
    j.block(at + 1, at, p.dim, 1) += (p.branch - 2) * speed * speed * across;
    auto own = j.block(at + 1, at + 1, p.dim, p.dim);
    own -= speed / length * d * across.transpose();
    own += speed / length * e.dot(d) * d * d.transpose();
    own.diagonal().array() -= speed / length * e.dot(d);
}

void reduced_flow::jacobian(const state& x, Eigen::MatrixXd& j) {
    const auto size = static_cast<Eigen::Index>(x.size()) - 1;  // without time
    j.resize(size, size);
    if (scalars_.jacobian(x, j)) {
        return;
    }
    find_residual(x);
    residual_slopes_.setZero(moments_->dimension(), size);
    for (int m = 0; m < moments_->count(); ++m) {
        add_residual_slopes(x, m);
    }
    if (shared_ > 0) {
        add_trunk_slopes(x);
    }
    j.setZero();
    for (int m = 0; m < moments_->count(); ++m) {
        set_rows(x, m, j);
    }
}

}  // namespace fusionflow::solver
