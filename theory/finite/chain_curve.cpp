#include "fusionflow/theory/finite/chain_curve.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>

namespace fusionflow::theory {

namespace {

// The slope is analytic within pi/2 of the real line: Gauss' rule of 15 points resolves half a unit
// to rounding.
constexpr double width = 0.5;
constexpr double far = 1e17;

}  // namespace

chain_curve::chain_curve(std::vector<double> others, double unit)
    : others_(std::move(others)), unit_(unit) {
    std::sort(others_.begin(), others_.end());
    unit_ = unit_ > 0 ? std::min(unit_, others_.front()) : others_.front();
    const double last = place_of_size(far * others_.back());
    edges_.push_back(0);
    for (int i = 0; width * i < last; ++i) {
        const double q = width * i;
        edges_.push_back(edges_.back() + panel(q, q + width));
    }
}

double chain_curve::size(double q) const { return unit_ * std::sinh(q); }

double chain_curve::place_of_size(double x) const { return std::asinh(x / unit_); }

double chain_curve::slope(double q) const {
    const double x = size(q);
    double slope = unit_ * std::cosh(q);
    for (const double c : others_) {
        slope /= std::hypot(c, x);
    }
    return slope;
}

double chain_curve::end() const { return width * static_cast<double>(edges_.size() - 1); }

double chain_curve::reached(double q) const {
    const double whole = std::min(std::floor(q / width), static_cast<double>(edges_.size() - 1));
    return edges_[static_cast<std::size_t>(whole)] + panel(width * whole, q);
}

double chain_curve::panel(double from, double to) const {
    return boost::math::quadrature::gauss<double, 15>::integrate(
        [this](double at) { return slope(at); }, from, to);
}

double chain_curve::place(double phi) const {
    if (others_.size() == 1) {
        return place_of_size(others_.front() * std::sinh(phi));
    }
    if (!(phi > 0)) {
        return 0;
    }
    const auto after = std::upper_bound(edges_.begin(), edges_.end(), phi);
    if (after == edges_.end()) {
        return end();
    }
    const double from = width * static_cast<double>(after - edges_.begin() - 1);
    const double missing = phi - *(after - 1);
    const auto excess = [&](double q) { return panel(from, q) - missing; };
    const double high = panel(from, from + width) - missing;
    if (!(missing > 0) || !(high > 0)) {
        return missing > 0 ? from + width : from;
    }
    std::uintmax_t iterations = 50;
    const auto [a, b] = boost::math::tools::toms748_solve(
        excess, from, from + width, -missing, high, boost::math::tools::eps_tolerance<double>(45),
        iterations);
    return a + (b - a) / 2;
}

}  // namespace fusionflow::theory
