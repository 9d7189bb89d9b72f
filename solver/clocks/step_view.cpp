#include "fusionflow/solver/clocks/step_view.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/solver/clocks/bracket.hpp"

namespace fusionflow::solver {

double rising_place(step_view& view, const std::function<double(const Eigen::VectorXd&)>& height,
                    double scale, double from, double to, Eigen::VectorXd& scratch) {
    if (!(to > from)) {
        return from;
    }
    const auto seen = [&](double place) {
        view.glance(place, scratch);
        return height(scratch);
    };
    const auto reached = [&](double place) {
        view.look(place, scratch);
        return height(scratch);
    };
    const double guess = root(seen, {from, seen(from)}, {to, seen(to)}, 1e-6);
    const point here{guess, reached(guess)};
    if (std::abs(here.height) <= 4 * std::numeric_limits<double>::epsilon() * scale) {
        return guess;
    }
    const double aside = (guess - from > to - guess ? -1e-3 : 1e-3) * (to - from);
    const double slope = (seen(guess + aside) - seen(guess)) / aside;
    const double accuracy = view.accuracy() / 100;
    const double correction = here.height / slope;
    const double nearer = guess - correction;
    // A straight line errs by at most ten times the square of the correction divided by the length
    // of the interval, since no method takes a step over more than a few e-foldings.
    if (10 * correction * correction <= accuracy * guess * (to - from) && nearer > from &&
        nearer < to) {
        return nearer;
    }
    const double away = std::clamp(guess - 2 * correction, from, to);
    const point there{away, reached(away)};
    if (here.height * there.height < 0) {
        return here.place < there.place ? root(reached, here, there, accuracy)
                                        : root(reached, there, here, accuracy);
    }
    return root(reached, {from, reached(from)}, {to, reached(to)}, accuracy);
}

}  // namespace fusionflow::solver
