#include "fusionflow/validation/figures/log_axis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fusionflow/validation/figures/plot_layout.hpp"

namespace fusionflow::validation {

namespace {

constexpr double beyond = 1.2;
constexpr double narrow = 4;
constexpr double wide = 200;
constexpr int most_powers = 8;

std::vector<double> even_steps(double low, double high) {
    std::vector<double> values;
    const double step = tick(high - low);
    for (double k = std::ceil(low / step); k * step <= high; ++k) {
        values.push_back(k * step);
    }
    return values;
}

std::vector<double> powers_of_ten(double low, double high) {
    std::vector<double> values;
    const bool all = high / low > wide;
    const int first = static_cast<int>(std::floor(std::log10(low)));
    const int last = static_cast<int>(std::ceil(std::log10(high)));
    const int step = all ? 1 + (last - first) / most_powers : 1;
    for (int power = first; power <= last; power += step) {
        for (const double factor : {1.0, 2.0, 5.0}) {
            const double value = factor * std::pow(10.0, power);
            if (value >= low && value <= high && (factor == 1 || !all)) {
                values.push_back(value);
            }
        }
    }
    return values;
}

}  // namespace

void log_range::add(double value) {
    if (std::isfinite(value) && value > 0) {
        least_ = least_ > 0 ? std::min(least_, value) : value;
        largest_ = std::max(largest_, value);
    }
}

double log_range::low() const { return least_ > 0 ? least_ / beyond : 1; }

double log_range::high() const { return least_ > 0 ? largest_ * beyond : 10; }

std::string log_tics(double low, double high) {
    std::vector<std::string> labels;
    for (const double v : high / low < narrow ? even_steps(low, high) : powers_of_ten(low, high)) {
        labels.push_back(fmt::format("'{0}' {0}", v < 1e5 ? fmt::format("{:.5g}", v)
                                                          : fmt::format("{:.3g}", v)));
    }
    return fmt::format("({})", fmt::join(labels, ", "));
}

}  // namespace fusionflow::validation
