#include "fusionflow/validation/study/spread.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "fusionflow/data/need.hpp"

namespace fusionflow::validation {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::array shown_quantiles{0.05, 0.25, 0.5, 0.75, 0.95};

}  // namespace

mean_value mean_of(std::span<const double> values) {
    if (values.empty()) {
        return {unknown, unknown};
    }
    const auto n = static_cast<double>(values.size());
    double sum = 0;
    for (const double v : values) {
        sum += v;
    }
    const double mean = sum / n;
    double squares = 0;
    for (const double v : values) {
        squares += (v - mean) * (v - mean);
    }
    return {mean, values.size() > 1 ? std::sqrt(squares / (n - 1) / n) : unknown};
}

double quantile(std::span<const double> sorted, double p) {
    data::need(!sorted.empty(), "sorted", "need at least one value");
    data::need(p >= 0 && p <= 1, "p", "need 0 <= p <= 1, got {}", p);
    const double place = p * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

spread spread_of(std::span<const double> values) {
    spread result;
    std::vector<double> finite;
    for (const double v : values) {
        if (std::isfinite(v)) {
            finite.push_back(v);
        } else {
            ++(std::isnan(v) ? result.unknown : result.never);
        }
    }
    result.finite = static_cast<int>(finite.size());
    // Sorting comes before summing, so that the mean does not depend on the order of the runs.
    std::sort(finite.begin(), finite.end());
    result.mean = mean_of(finite);
    if (!finite.empty()) {
        for (const double p : shown_quantiles) {
            result.quantiles.push_back({p, quantile(finite, p)});
        }
    }
    return result;
}

double spread::at(double p) const {
    const auto found = std::find_if(quantiles.begin(), quantiles.end(),
                                    [p](const quantile_value& q) { return q.p == p; });
    return found == quantiles.end() ? std::numeric_limits<double>::quiet_NaN() : found->value;
}

double median_time(std::vector<double> times) {
    const bool incomplete =
        std::any_of(times.begin(), times.end(), [](double t) { return std::isnan(t); });
    if (times.empty() || incomplete) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    std::sort(times.begin(), times.end());
    const std::size_t half = times.size() / 2;
    return times.size() % 2 == 1 ? times[half] : (times[half - 1] + times[half]) / 2;
}

}  // namespace fusionflow::validation
