#include "fusionflow/validation/figures/axis_scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fusionflow::validation {

namespace {

constexpr double linear_margin = 0.05;  // part of the range
constexpr double log_margin = 1.2;      // factor
constexpr int most_numbers = 50;        // bound for an axis that has a step of its own

// Factors between the ends of a logarithmic axis: below the first it is labelled like a linear one,
// above the second at powers of ten alone.
constexpr double narrow = 4;
constexpr double wide = 200;

double round_step(double range, int most_steps) {
    const double rough = range / most_steps;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= rough) {
            return factor * power;
        }
    }
    return 10 * power;
}

std::vector<double> multiples(double step, double low, double high) {
    std::vector<double> numbers;
    const double first = std::ceil(low / step);
    for (int i = 0; i < most_numbers && (first + i) * step <= high; ++i) {
        numbers.push_back((first + i) * step);
    }
    return numbers;
}

}  // namespace

axis_scale::axis_scale(const axis& of, const std::vector<double>& shown) : of_(of) {
    double least = INFINITY;
    double largest = -INFINITY;
    for (const double value : shown) {
        if (std::isfinite(value) && (value > 0 || !of.log)) {
            least = std::min(least, value);
            largest = std::max(largest, value);
        }
    }
    const bool known = least <= largest;
    if (of.log) {
        low_ = of.low.value_or(known ? least / log_margin : 1);
        high_ = of.high.value_or(known ? largest * log_margin : 10);
        high_ = high_ > low_ ? high_ : 10 * low_;
        return;
    }
    const double from = of.low.value_or(known ? least : 0);
    const double to = of.high.value_or(known ? largest : from + 1);
    // Values that are all equal stand in the middle of the axis.
    const double range = to > from ? to - from : std::abs(from);
    const double margin = !known ? 0 : range > 0 ? linear_margin * range : 1;
    low_ = of.low.value_or(from - margin);
    high_ = of.high.value_or(to + margin);
    high_ = high_ > low_ ? high_ : low_ + 1;
}

double axis_scale::place(double value) const {
    return of_.log ? std::log(value / low_) / std::log(high_ / low_)
                   : (value - low_) / (high_ - low_);
}

std::vector<double> axis_scale::numbers(int most_steps) const {
    if (!of_.log || high_ / low_ < narrow) {
        const double step = of_.step > 0 ? of_.step : round_step(high_ - low_, most_steps);
        return multiples(step, low_, high_);
    }
    const bool alone = high_ / low_ > wide;
    const double decades = std::log10(high_ / low_);
    const double step = alone ? std::max(1.0, round_step(decades, most_steps)) : 1;
    std::vector<double> numbers;
    for (const double power : multiples(step, std::floor(std::log10(low_)), std::log10(high_))) {
        for (const double factor : {1.0, 2.0, 5.0}) {
            const double number = factor * std::pow(10.0, power);
            if (number >= low_ && number <= high_ && (factor == 1 || !alone)) {
                numbers.push_back(number);
            }
        }
    }
    return numbers;
}

std::string axis_scale::label(double number) { return fmt::format("{:.6g}", number); }

}  // namespace fusionflow::validation
