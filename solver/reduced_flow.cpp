#include "solver/reduced_flow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/error.hpp"
#include "solver/residual.hpp"
#include "theory/potential.hpp"

namespace fusionflow::solver {

namespace {

// A weight this small moves nothing, but keeps its direction where it would be rounded to zero.
constexpr double least_weight = 1e-290;
constexpr double unfelt = 0.1;
// Speeds below this part of |s| are what rounding leaves of a modality at rest.
constexpr double rest = 1e-12;
constexpr double rounded = 1e-6;
constexpr double reach = 0.9;      // of a potential in one step
constexpr double log_range = 680;  // e^680 = 1e295: what is left below 1e308 is for factors

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

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
      at_rest_(rest * moments.correlation().norm()),
      norms_(static_cast<std::size_t>(moments.count())), weights_(moments.dimension()),
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
    check_range(arch, init);
}

void reduced_flow::check_range(const theory::architecture& arch,
                               const theory::initialisation& init) const {
    for (int m = 0; m < arch.count(); ++m) {
        // Times grow as u0^(2-L).
        const double size = -(arch.depth(m) - 2) * std::log(init.norm(m));
        if (!(size <= log_range)) {
            throw data::input_error(
                "init", fmt::format("times grow as u0^(2-L), too large for numbers at {} layers: "
                                    "need u0 >= {:.1e}, got {}",
                                    arch.depth(m), std::exp(-log_range / (arch.depth(m) - 2)),
                                    init.norm(m)));
        }
    }
}

// By square roots where there are: this is where an integration spends its time.
double reduced_flow::part::norm(double z) const {
    switch (branch) {
        case 2: return std::exp(z);
        case 3: return z < 0 ? -1 / z : nan;
        case 4: return z < 0 ? 1 / std::sqrt(-2 * z) : nan;
        default: return z < 0 ? std::exp(-std::log((2 - branch) * z) / (branch - 2)) : nan;
    }
}

void reduced_flow::find_norms(const state& x) {
    const double root = std::sqrt(trunk_excess_);
    double largest = root;
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        norms_[m] = p.polar ? p.norm(x[p.at]) : numbers(x, p.at, p.dim).stableNorm();
        largest = largest >= norms_[m] ? largest : norms_[m];  // NaN passes through
    }
    // Relative to the largest, so that norms of 1e-200 do not vanish when squared.
    double sum = power(root / largest, 2);
    for (const double u : norms_) {
        sum += power(u / largest, 2);
    }
    trunk_ = largest * std::sqrt(sum);
    trunk_power_ = power(trunk_, shared_);
}

void reduced_flow::direction(const state& x, int m, Eigen::VectorXd& d) const {
    const part& p = parts_[static_cast<std::size_t>(m)];
    auto out = d.segment(moments_->offset(m), p.dim);
    if (!p.polar) {
        out = numbers(x, p.at, p.dim);
    } else {
        out = numbers(x, p.at + 1, p.dim).normalized();
    }
}

void reduced_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    find_norms(x);
    for (int m = 0; m < moments_->count(); ++m) {
        const part& p = parts_[static_cast<std::size_t>(m)];
        // W_m = u_m^(n-1) u_f^p w_m; of w_m only the direction is left in polar form.
        const double scale =
            (p.polar ? power(norms_[static_cast<std::size_t>(m)], p.branch) : 1) * trunk_power_;
        const double size = scale < least_weight ? least_weight : scale;
        if (p.polar && p.dim == 1) {
            direction_(moments_->offset(m)) = p.sign;
            weights(moments_->offset(m)) = size * p.sign;
        } else {
            direction(x, m, direction_);
            weights.segment(moments_->offset(m), p.dim) = size * moments_->part(direction_, m);
        }
    }
}

void reduced_flow::find_residual(const state& x) {
    total_weights(x, weights_);
    residual(*moments_, weights_, residual_);
}

void reduced_flow::derivative(const state& x, state& dxdt) {
    find_residual(x);
    for (int m = 0; m < moments_->count(); ++m) {
        const part& p = parts_[static_cast<std::size_t>(m)];
        if (p.polar && p.dim == 1) {
            dxdt[p.at] = p.sign * residual_(moments_->offset(m));
            continue;
        }
        const auto e = moments_->part(residual_, m);
        if (!p.polar) {
            numbers(dxdt, p.at, p.dim) = e;
            continue;
        }
        const auto d = moments_->part(direction_, m);
        const double along = e.dot(d);
        dxdt[p.at] = along;
        numbers(dxdt, p.at + 1, p.dim) =
            power(norms_[static_cast<std::size_t>(m)], p.branch - 2) * (e - along * d);
    }
    dxdt.back() = 1 / trunk_power_;
}

double reduced_flow::relative_error(const state& x, const state& error) const {
    // Errors of ln u, |dz| u^(n-2), where ln u itself is not large, and of unit vectors.
    double largest = 0;
    const auto take = [&largest](double size) {
        largest = size <= largest ? largest : size;  // NaN passes through, and stays:
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

// Of the state as it is given; one-layer branches are measured by it, which they make and which is
// not small where they pass through zero.
double reduced_flow::trunk_norm(const state& x) const {
    double square = trunk_excess_;
    for (const part& p : parts_) {
        square += p.polar ? power(p.norm(x[p.at]), 2) : numbers(x, p.at, p.dim).squaredNorm();
    }
    return std::sqrt(square);
}

// A step of length h from the potential z feels a weight W as h W, so it may go straight on to
// where that is a small part of rtol of the potential left there. Closer in it goes by parts of what
// is left. Rounding errors of what it starts from are not to be felt either.
double reduced_flow::horizon(const state& x, const state& dxdt, double rtol) const {
    double nearest = std::numeric_limits<double>::infinity();
    for (const part& p : parts_) {
        const double z = x[p.at];
        if (!p.polar || !(dxdt[p.at] > at_rest_ && z < 0)) {
            continue;
        }
        const double small = unfelt * rtol / (std::max(p.branch - 2, 1) * -z);
        const double edge = std::min(
            -theory::potential(p.branch, std::pow(small, 0.5 / (p.branch - 1))), rounded * z);
        const double part_left = p.branch > 2 ? -reach * z : std::max(-z, 1.0) / 2;
        nearest = std::min(nearest, (z < 2 * edge ? edge - z : part_left) / dxdt[p.at]);
    }
    return nearest;
}

void reduced_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        norms(static_cast<Eigen::Index>(m)) =
            p.polar ? p.norm(x[p.at]) : numbers(x, p.at, p.dim).norm();
    }
}

}  // namespace fusionflow::solver
