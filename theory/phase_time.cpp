#include "theory/phase_time.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "theory/potential.hpp"
#include "theory/wide.hpp"

namespace fusionflow::theory {

namespace {

constexpr double negligible = 1e-20;  // of an integral whose integrand falls by e a unit

// A racer seen from the first one. Branches of two and more layers count what they have left when
// the first ends plus their share of what the first has left; one-layer branches what they have
// gained: nothing is lost to cancellation for ties, near-ties and tiny initial norms.
template <typename Number>
struct pursuit {
    int branch;
    Number start;      // initial norm
    Number left_over;  // potential when the first racer's is used up
    double share;      // rate / rate of the first

    [[nodiscard]] Number norm(const Number& first_left, const Number& first_gone) const {
        return branch == 1 ? Number(start + share * first_gone)
                           : norm_at_potential<Number>(branch, left_over + share * first_left);
    }
};

template <typename Number>
pursuit<Number> pursue(const racer& r, const racer& first) {
    const auto start = potential<Number>(r.branch, r.norm);
    const double share = r.rate / first.rate;
    const Number left_over = start - share * potential<Number>(first.branch, first.norm);
    // Differences at rounding level are ties.
    using std::abs;
    const Number noise = 1e-14 * abs(start);
    return {r.branch, r.norm, abs(left_over) <= noise ? Number(0) : left_over, share};
}

// How far the first racer's potential has fallen when its norm has grown by e^log_growth.
template <typename Number>
Number potential_gone(const racer& first, double log_growth) {
    if (first.branch == 1) {
        return first.norm * std::expm1(log_growth);
    }
    if (first.branch == 2) {
        return log_growth;
    }
    return -potential<Number>(first.branch, first.norm) *
           std::expm1((2 - first.branch) * log_growth);
}

}  // namespace

template <typename Number>
Number first_phase_time(const std::vector<racer>& racers, int first, int shared,
                        double trunk_excess) {
    using std::exp;
    using std::pow;
    using std::sqrt;
    const racer& leader = racers[static_cast<std::size_t>(first)];
    std::vector<pursuit<Number>> others;
    for (std::size_t m = 0; m < racers.size(); ++m) {
        if (static_cast<int>(m) != first) {
            others.push_back(pursue<Number>(racers[m], leader));
        }
    }
    // ds = u^(2-n) d(ln u) / rate; everything relative to the leader's initial norm.
    const auto integrand = [&](double log_growth) {
        const Number u = leader.norm * exp(Number(log_growth));
        const Number left = potential(leader.branch, u);
        const auto gone = potential_gone<Number>(leader, log_growth);
        Number trunk_square = u * u + trunk_excess;
        for (const pursuit<Number>& other : others) {
            const Number norm = other.norm(left, gone);
            trunk_square += norm * norm;
        }
        const Number trunk = sqrt(trunk_square) / leader.norm;
        return std::exp((2 - leader.branch) * log_growth) *
               static_cast<double>(pow(trunk, -shared));
    };
    // Panels of at most one unit of ln u: the integrand falls by up to e^-(L-2) in each, which the
    // adaptive rule then resolves to full precision whatever the depth.
    const double end = -std::log(leader.norm);
    const int panels = std::max(1, static_cast<int>(std::ceil(end)));
    double integral = 0;
    for (int i = 0; i < panels; ++i) {
        const double part = boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
            integrand, end * i / panels, end * (i + 1) / panels, 12, 1e-14);
        integral += part;
        if (part < negligible * integral) {
            break;  // the integrand never rises
        }
    }
    const Number time =
        pow(Number(leader.norm), 2 - leader.branch - shared) / leader.rate * integral;
    using std::isfinite;
    return isfinite(time) ? time : Number(std::numeric_limits<double>::quiet_NaN());
}

template double first_phase_time(const std::vector<racer>&, int, int, double);
template wide first_phase_time(const std::vector<racer>&, int, int, double);

double trunk_norm(const std::vector<int>& branches, const std::vector<double>& weights,
                  int shared) {
    // In logarithms: g(z) = ln sum_k (|W_k| e^(-p z))^(2/n_k) - 2 z falls monotonically through
    // zero.
    const auto excess = [&](double z) {
        double sum = 0;
        for (std::size_t k = 0; k < weights.size(); ++k) {
            sum += std::exp(2.0 / branches[k] * (std::log(weights[k]) - shared * z));
        }
        return std::log(sum) - 2 * z;
    };
    double low = -std::numeric_limits<double>::infinity();  // one modality alone
    double high =
        -std::numeric_limits<double>::infinity();  // as if all were as strong as the strongest
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

}  // namespace fusionflow::theory
