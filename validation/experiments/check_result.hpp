#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace fusionflow::validation {

/// What a statement that holds says about a claim.
enum class verdict { confirms, qualifies, contradicts };

[[nodiscard]] std::string_view to_string(verdict v);

/// What a measured value may be. A bound that there is not is infinite; where "never" is expected,
/// both are +infinity.
struct allowed_range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();

    /// False for NaN.
    [[nodiscard]] bool holds(double value) const { return low <= value && value <= high; }
    /// How far a value is outside, negative inside; +infinity for NaN.
    [[nodiscard]] double beyond(double value) const;
};

/// The range that a relative tolerance leaves about an expected value.
[[nodiscard]] allowed_range about(double expected, double tolerance);

/// A range for people: "3.6 ... 4.2", ">= 3.6", "<= 4.2", "1" where both ends are one, "never".
[[nodiscard]] std::string to_string(const allowed_range& r);

/// One thing that was checked. Numbers are NaN where there are none.
struct check_result {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    std::string
        name;  ///< suite/experiment/check: case; the last two parts only where there are several
    std::string claim;
    std::string quantity{};     ///< what was measured: "time_ratio", "median of time_ratio"
    double expected = unknown;  ///< where the check is about one value
    double measured = unknown;
    allowed_range allowed{};     ///< for measured; its ends say all that was allowed
    double error = unknown;      ///< relative to expected; of orders the difference
    double tolerance = unknown;  ///< of error
    std::string reason;
    double standard_error = unknown;    ///< of measured
    std::optional<verdict> says{};      ///< about the claim of an experiment, if it holds
    bool passed = false;                ///< measured is allowed, and there was no trouble
    std::string trouble;                ///< what kept a method from answering, or empty
    std::string measured_by{};          ///< method, or series of an experiment
    std::string expected_by{};          ///< likewise; empty: the suite itself
    bool is_count_of_left_out = false;  ///< it counts points that its statement leaves out
};

/// A standard error as it counts in a sum: zero where there is none.
[[nodiscard]] inline double finite_or_zero(double value) {
    return std::isfinite(value) ? value : 0;
}

/// The name of a result without its case: "suite/check".
[[nodiscard]] std::string_view check_name(const check_result& c);

/// Which case of its check a result is; empty where the check has one.
[[nodiscard]] std::string_view case_name(const check_result& c);

/// What a check that does not hold comes to, in one line: who said what, or the trouble.
[[nodiscard]] std::string failure_text(const check_result& c);

/// True where the first comes closer to its limits than the second, or is further beyond them;
/// both are cases of one check.
[[nodiscard]] bool is_tighter(const check_result& first, const check_result& second);

/// |measured - expected| / |expected|; 0 where both are never; NaN where either is unknown.
[[nodiscard]] double relative_error(double measured, double expected);

}  // namespace fusionflow::validation
