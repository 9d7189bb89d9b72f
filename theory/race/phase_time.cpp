#include "fusionflow/theory/race/phase_time.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "fusionflow/theory/race/potential.hpp"
#include "fusionflow/theory/wide.hpp"

namespace fusionflow::theory {

namespace {

constexpr double negligible = 1e-20;  // part of an integral that ends a falling integrand

// A racer relative to the first one. The potential of a branch of two or more layers is what it has
// left when the first ends, plus its share of what the first has left; one-layer branches count
// what they have gained. So ties, near-ties and tiny initial norms lose nothing to cancellation.
template <typename Number>
struct pursuit {
    int branch;
    Number start;                // initial norm
    Number left_over;            // potential when the first racer's is used up
    model_number<Number> share;  // rate / rate of the first

    [[nodiscard]] Number norm(const Number& first_left, const Number& first_gone) const {
        return branch == 1
                   ? Number(start + share * first_gone)
                   : norm_at_potential<Number>(branch, Number(left_over + share * first_left));
    }
};

template <typename Number>
pursuit<Number> pursue(const basic_racer<model_number<Number>>& r,
                       const basic_racer<model_number<Number>>& first) {
    const auto start = potential<Number>(r.branch, r.norm);
    const model_number<Number> share = r.rate / first.rate;
    const Number left_over = start - share * potential<Number>(first.branch, first.norm);
    // Differences at rounding level are ties.
    using std::abs;
    const Number noise = 1e-14 * abs(start);
    return {r.branch, r.norm, abs(left_over) <= noise ? Number(0) : left_over, share};
}

// How far the first racer's potential has fallen when its norm has grown by e^log_growth.
template <typename Number>
Number potential_gone(const basic_racer<model_number<Number>>& first, double log_growth) {
    if (first.branch == 1) {
        return first.norm * std::expm1(log_growth);
    }
    if (first.branch == 2) {
        return log_growth;
    }
    return -potential<Number>(first.branch, first.norm) *
           std::expm1((2 - first.branch) * log_growth);
}

// The integral of f from 0 to `end`, by panels of at most one unit of ln u. In each the integrand
// of the time falls by a factor of at most about e^(L-2), which the adaptive rule resolves to full
// precision whatever the depth.
template <typename Function>
double integrate_panels(const Function& f, double end, unsigned depth, double tolerance) {
    const int panels = std::max(1, static_cast<int>(std::ceil(end)));
    double integral = 0;
    for (int i = 0; i < panels; ++i) {
        const double part = boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
            f, end * i / panels, end * (i + 1) / panels, depth, tolerance);
        integral += part;
        if (std::abs(part) < negligible * std::abs(integral)) {
            break;  // the integrand never rises
        }
    }
    return integral;
}

template <typename Function>
double integral_to(const Function& f, double end) {
    return integrate_panels(f, end, 12, 1e-14);
}

// For dual numbers the end moves too. Slopes are differences: rounding leaves them fewer digits.
template <typename Function>
dual integral_to(const Function& f, const dual& end) {
    const auto value = [&](double x) { return value_of(f(x)); };
    const auto slope = [&](double x) { return slope_of(f(x)); };
    return make_dual(integral_to(value, end.value()),
                     integrate_panels(slope, end.value(), 8, 1e-11) +
                         value(end.value()) * slope_of(end));
}

/// dt / d(ln u) of the leader, in units of u(0)^(2-n-p) / rate with its initial norm u(0).
template <typename Number>
class phase_clock {
public:
    using small = model_number<Number>;

    phase_clock(const std::vector<basic_racer<small>>& racers, int first, int shared,
                const small& trunk_excess)
        : leader_(racers[static_cast<std::size_t>(first)]), shared_(shared),
          trunk_excess_(trunk_excess) {
        for (std::size_t m = 0; m < racers.size(); ++m) {
            if (static_cast<int>(m) != first) {
                others_.push_back(pursue<Number>(racers[m], leader_));
            }
        }
    }

    // ds = u^(2-n) d(ln u) / rate. Norms are over the leader's initial norm: squares of norms below
    // 1e-162 would vanish.
    [[nodiscard]] small operator()(double log_growth) const {
        using std::exp;
        using std::sqrt;
        const Number u = leader_.norm * exp(Number(log_growth));
        const Number left = potential(leader_.branch, u);
        const auto gone = potential_gone<Number>(leader_, log_growth);
        const Number start = leader_.norm;
        Number trunk_square =
            exp(Number(2 * log_growth)) + trunk_excess_ / leader_.norm / leader_.norm;
        for (const pursuit<Number>& other : others_) {
            const Number norm = other.norm(left, gone) / start;
            trunk_square += norm * norm;
        }
        const Number trunk = sqrt(trunk_square);
        return std::exp((2 - leader_.branch) * log_growth) *
               static_cast<small>(power(trunk, -shared_));
    }

    // Time to where ln u has grown by `log_growth`.
    [[nodiscard]] Number time_to(const small& log_growth) const {
        const small integral = integral_to(*this, log_growth);
        return power(Number(leader_.norm), 2 - leader_.branch - shared_) / leader_.rate * integral;
    }

private:
    basic_racer<small> leader_;
    int shared_;
    small trunk_excess_;
    std::vector<pursuit<Number>> others_;
};

}  // namespace

template <typename Number>
Number first_phase_time(const std::vector<basic_racer<model_number<Number>>>& racers, int first,
                        int shared, const model_number<Number>& trunk_excess) {
    using std::log;
    const phase_clock<Number> clock(racers, first, shared, trunk_excess);
    const Number time = clock.time_to(-log(racers[static_cast<std::size_t>(first)].norm));
    const bool in_range = time <= Number(std::numeric_limits<Number>::max());
    return in_range ? time : Number(std::numeric_limits<double>::quiet_NaN());
}

double first_phase_clock(const std::vector<racer>& racers, int first, int shared,
                         double trunk_excess, double time) {
    const racer& leader = racers[static_cast<std::size_t>(first)];
    const phase_clock<double> clock(racers, first, shared, trunk_excess);
    const double end = -std::log(leader.norm);
    const double longest = clock.time_to(end);
    if (!(time < longest)) {
        return potential_gone<double>(leader, end) / leader.rate;
    }
    const auto excess = [&](double log_growth) {
        return log_growth > 0 ? clock.time_to(log_growth) - time : -time;
    };
    std::uintmax_t iterations = 200;
    const auto [low, high] = boost::math::tools::toms748_solve(
        excess, 0.0, end, -time, longest - time, boost::math::tools::eps_tolerance<double>(45),
        iterations);
    return potential_gone<double>(leader, low + (high - low) / 2) / leader.rate;
}

template double first_phase_time<double>(const std::vector<racer>&, int, int, const double&);
template wide first_phase_time<wide>(const std::vector<racer>&, int, int, const double&);
template dual first_phase_time<dual>(const std::vector<basic_racer<dual>>&, int, int, const dual&);

template <>
double trunk_norm(const std::vector<int>& branches, const std::vector<double>& weights,
                  int shared) {
    // With z = ln u_f, g(z) = ln sum_k (|W_k| e^(-p z))^(2/n_k) - 2 z falls monotonically through
    // zero.
    const auto excess = [&](double z) {
        double sum = 0;
        for (std::size_t k = 0; k < weights.size(); ++k) {
            sum += std::exp(2.0 / branches[k] * (std::log(weights[k]) - shared * z));
        }
        return std::log(sum) - 2 * z;
    };
    double low = -std::numeric_limits<double>::infinity();  // lower bound: one modality alone
    double high =
        -std::numeric_limits<double>::infinity();  // upper bound: all as strong as the strongest
    const double crowd = std::log(static_cast<double>(weights.size()));
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const double root = 2 * std::log(weights[k]) / branches[k];
        const double slope = 2 + 2.0 * shared / branches[k];
        low = std::max(low, root / slope);
        high = std::max(high, (root + crowd) / slope);
    }
    if (!(excess(low) > 0)) {
        return std::exp(low);
    }
    if (!(excess(high) < 0)) {
        return std::exp(high);
    }
    std::uintmax_t iterations = 200;
    const auto [a, b] = boost::math::tools::toms748_solve(
        excess, low, high, boost::math::tools::eps_tolerance<double>(52), iterations);
    return std::exp(a + (b - a) / 2);
}

template <>
dual trunk_norm(const std::vector<int>& branches, const std::vector<dual>& weights, int shared) {
    std::vector<double> values;
    values.reserve(weights.size());
    for (const dual& weight : weights) {
        values.push_back(value_of(weight));
    }
    const double trunk = trunk_norm(branches, values, shared);
    // d ln of both sides of u_f^2 = sum_k u_k^2, u_k^2 = (|W_k| u_f^-p)^(2/n_k).
    double from_weights = 0;
    double from_trunk = 2 * trunk * trunk;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const double square =
            std::pow(values[k] / std::pow(trunk, shared), 2.0 / branches[k]) * 2 / branches[k];
        from_weights += square * slope_of(weights[k]) / values[k];
        from_trunk += square * shared;
    }
    return make_dual(trunk, trunk * from_weights / from_trunk);
}

}  // namespace fusionflow::theory
