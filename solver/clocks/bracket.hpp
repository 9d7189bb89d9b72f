#pragma once

#include <boost/math/tools/toms748_solve.hpp>
#include <cstdint>

namespace fusionflow::solver {

/// A place and how far a function is above zero there.
struct point {
    double place = 0;
    double height = 0;
};

/// Finds the zero of a function that rises from a to b by bracketing (Boost.Math, TOMS 748), to
/// within accuracy times b.place. Returns one of the two places if there is no zero between them.
template <typename Function>
double root(const Function& f, const point& a, const point& b, double accuracy) {
    if (a.height >= 0) {
        return a.place;
    }
    if (!(b.height > 0)) {
        return b.place;
    }
    std::uintmax_t iterations = 100;
    const double least = accuracy * b.place;
    const auto known = [&](double place) {
        return place == a.place ? a.height : (place == b.place ? b.height : f(place));
    };
    const auto [low, high] = boost::math::tools::toms748_solve(
        known, a.place, b.place, [least](double x, double y) { return y - x <= least; },
        iterations);
    return low + (high - low) / 2;
}

}  // namespace fusionflow::solver
