#include "fusionflow/validation/experiments/check_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

std::string_view to_string(verdict v) {
    switch (v) {
        case verdict::confirms: return "confirms";
        case verdict::qualifies: return "qualifies";
        case verdict::contradicts: return "contradicts";
    }
    return "";
}

double allowed_range::beyond(double value) const {
    if (std::isnan(value)) {
        return std::numeric_limits<double>::infinity();
    }
    // Equality is tested first, because infinity minus infinity is NaN.
    return std::max(value == low ? 0 : low - value, value == high ? 0 : value - high);
}

allowed_range about(double expected, double tolerance) {
    if (!std::isfinite(expected)) {
        return {expected, expected};
    }
    const double width = tolerance * std::abs(expected);
    return {expected - width, expected + width};
}

std::string to_string(const allowed_range& r) {
    if (std::isnan(r.low) || std::isnan(r.high)) {
        return "nothing";
    }
    if (r.low == r.high) {
        return spell(r.low, 6);
    }
    if (std::isinf(r.low)) {
        return std::isinf(r.high) ? "anything" : fmt::format("<= {}", spell(r.high, 6));
    }
    return std::isinf(r.high) ? fmt::format(">= {}", spell(r.low, 6))
                              : fmt::format("{} ... {}", spell(r.low, 6), spell(r.high, 6));
}

std::string_view check_name(const check_result& c) {
    const std::string_view name = c.name;
    return name.substr(0, name.find(':'));
}

std::string_view case_name(const check_result& c) {
    const std::string_view name = c.name;
    const std::size_t colon = name.find(": ");
    return colon == std::string_view::npos ? "" : name.substr(colon + 2);
}

std::string failure_text(const check_result& c) {
    if (!c.trouble.empty()) {
        return c.trouble;
    }
    const auto by = [](const std::string& who) {
        return who.empty() ? "" : fmt::format(" ({})", who);
    };
    const auto number_of = [](double value) { return spell(value, 8, "unknown"); };
    const std::string found =
        fmt::format("measured {}{}", number_of(c.measured), by(c.measured_by));
    if (std::isnan(c.expected)) {
        return fmt::format("{}, allowed {}", found, to_string(c.allowed));
    }
    const std::string line = fmt::format("expected {}{}, {}, allowed {}", number_of(c.expected),
                                         by(c.expected_by), found, to_string(c.allowed));
    // There is no finite relative error where 0 or never is expected.
    return std::isfinite(c.error)
               ? fmt::format("{}, error {:.3g} of at most {:.3g}", line, c.error, c.tolerance)
               : line;
}

bool is_tighter(const check_result& first, const check_result& second) {
    const auto beyond = [](const check_result& c) {
        if (std::isnan(c.expected)) {
            return c.allowed.beyond(c.measured);
        }
        return std::isnan(c.error) ? std::numeric_limits<double>::infinity()
                                   : c.error - c.tolerance;
    };
    return beyond(first) > beyond(second);
}

double relative_error(double measured, double expected) {
    if (std::isinf(measured) && measured == expected) {
        return 0;
    }
    if (!std::isfinite(measured) || !std::isfinite(expected)) {
        // Never and a finite time are infinitely far apart.
        const bool unknown = std::isnan(measured) || std::isnan(expected);
        return unknown ? check_result::unknown : std::numeric_limits<double>::infinity();
    }
    return measured == expected ? 0 : std::abs(measured - expected) / std::abs(expected);
}

}  // namespace fusionflow::validation
