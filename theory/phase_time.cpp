#include "theory/phase_time.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "theory/potential.hpp"

namespace fusionflow::theory {

namespace {

// A racer seen from the first one. Branches of two and more layers count what they have left when
// the first ends plus their share of what the first has left; one-layer branches what they have
// gained: nothing is lost to cancellation for ties, near-ties and tiny initial norms.
struct pursuit {
    int branch;
    double start;      // initial norm
    double left_over;  // potential when the first racer's is used up
    double share;      // rate / rate of the first

    [[nodiscard]] double norm(double first_left, double first_gone) const {
        return branch == 1 ? start + share * first_gone
                           : norm_at_potential(branch, left_over + share * first_left);
    }
};

pursuit pursue(const racer& r, const racer& first) {
    const double start = potential(r.branch, r.norm);
    const double share = r.rate / first.rate;
    const double left_over = start - share * potential(first.branch, first.norm);
    // Differences at rounding level are ties.
    const double noise = 1e-14 * std::abs(start);
    return {r.branch, r.norm, std::abs(left_over) <= noise ? 0 : left_over, share};
}

// How far the first racer's potential has fallen when its norm has grown by e^log_growth.
double potential_gone(const racer& first, double log_growth) {
    if (first.branch == 1) {
        return first.norm * std::expm1(log_growth);
    }
    if (first.branch == 2) {
        return log_growth;
    }
    return -potential(first.branch, first.norm) * std::expm1((2 - first.branch) * log_growth);
}

}  // namespace

double first_phase_time(const std::vector<racer>& racers, int first, int shared,
                        double trunk_excess) {
    const racer& leader = racers[static_cast<std::size_t>(first)];
    std::vector<pursuit> others;
    for (std::size_t m = 0; m < racers.size(); ++m) {
        if (static_cast<int>(m) != first) {
            others.push_back(pursue(racers[m], leader));
        }
    }
    // ds = u^(2-n) d(ln u) / rate; everything relative to the leader's initial norm.
    const auto integrand = [&](double log_growth) {
        const double u = leader.norm * std::exp(log_growth);
        const double left = potential(leader.branch, u);
        const double gone = potential_gone(leader, log_growth);
        double trunk_square = u * u + trunk_excess;
        for (const pursuit& other : others) {
            const double norm = other.norm(left, gone);
            trunk_square += norm * norm;
        }
        const double trunk = std::sqrt(trunk_square) / leader.norm;
        return std::exp((2 - leader.branch) * log_growth) * std::pow(trunk, -shared);
    };
    // Panels of at most one unit of ln u: the integrand falls by up to e^-(L-2) in each, which the
    // adaptive rule then resolves to full precision whatever the depth.
    const double end = -std::log(leader.norm);
    const int panels = std::max(1, static_cast<int>(std::ceil(end)));
    double integral = 0;
    for (int i = 0; i < panels; ++i) {
        integral += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
            integrand, end * i / panels, end * (i + 1) / panels, 12, 1e-14);
    }
    const double time = std::pow(leader.norm, 2 - leader.branch - shared) / leader.rate * integral;
    return std::isfinite(time) ? time : std::numeric_limits<double>::quiet_NaN();
}

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
