#include "fusionflow/solver/steps/step_interior.hpp"

#include <array>
#include <cmath>

namespace fusionflow::solver {

namespace {

constexpr double beside = 1e-4;    // of a step: over this distance move_by() may be exact
constexpr double straight = 1e-5;  // it is where the path bends by less, relatively

}  // namespace

step_interior::step_interior(flow& system, step_method& method, long& evaluations)
    : system_(system), method_(method), evaluations_(evaluations),
      interpolated_(method.next().size()), accurate_(interpolated_), stage_(interpolated_),
      speed_(interpolated_), bend_(interpolated_) {}

void step_interior::begin(const state& x, double length, const error_gauge& gauge) {
    start_ = &x;
    length_ = length;
    gauge_ = &gauge;
    place_ = 0;
}

const state& step_interior::interpolated(double place) {
    method_.inside(place, interpolated_);
    return interpolated_;
}

// Takes a step of its own from the start, or from the place that was asked about last.
const state& step_interior::accurate(double place) {
    if (place <= 0) {
        return *start_;
    }
    if (place >= length_) {
        return method_.next();
    }
    if (place == place_) {
        return accurate_;
    }
    const double aside = place - place_;
    if (!(place_ > 0 && std::abs(aside) < beside * length_ && move_by(aside))) {
        method_.at(place, *gauge_, accurate_);
    }
    place_ = place;
    return accurate_;
}

// Moves accurate_ by a step of the classical Runge-Kutta method that is so short that its error is
// nothing. False, and accurate_ stays, where the path bends too much for that.
bool step_interior::move_by(double aside) {
    constexpr std::array weights{1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
    constexpr std::array reach{0.5, 0.5, 1.0, 0.0};
    stage_ = accurate_;
    interpolated_ = accurate_;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        ++evaluations_;
        system_.derivative(stage_, speed_);
        for (std::size_t i = 0; i < stage_.size(); ++i) {
            interpolated_[i] += weights[k] * aside * speed_[i];
            stage_[i] = accurate_[i] + reach[k] * aside * speed_[i];
            // bend_ is what Euler's step misses, from the first and last speed.
            if (k == 0) {
                bend_[i] = speed_[i];
            } else if (k + 1 == weights.size()) {
                bend_[i] = aside * (speed_[i] - bend_[i]);
            }
        }
    }
    if (!(system_.relative_error(accurate_, bend_) <= straight)) {
        return false;
    }
    accurate_.swap(interpolated_);
    return true;
}

}  // namespace fusionflow::solver
