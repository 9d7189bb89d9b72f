#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace fusionflow::validation {

/// What a statement, if it holds, says about the claim of its experiment.
enum class verdict { confirms, qualifies, contradicts };

[[nodiscard]] std::string_view to_string(verdict v);

/// The range in which a measured value may lie. A missing bound is infinite; where "never" is
/// expected, both bounds are +infinity.
struct allowed_range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();

    /// False for NaN.
    [[nodiscard]] bool holds(double value) const { return low <= value && value <= high; }
    /// How far a value is outside the range, negative inside; +infinity for NaN.
    [[nodiscard]] double beyond(double value) const;
};

/// The range about an expected value that a relative tolerance allows.
[[nodiscard]] allowed_range about(double expected, double tolerance);

/// A range for people: "3.6 ... 4.2", ">= 3.6", "<= 4.2", "1" where both ends are 1, "never".
[[nodiscard]] std::string to_string(const allowed_range& r);

/// One thing that was checked. Numbers are NaN where there are none.
struct check_result {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    std::string
        name;  ///< suite/experiment/check: case; the last two parts only where there are several
    std::string claim;
    std::string quantity{};     ///< what was measured: "time_ratio", "median of time_ratio"
    double expected = unknown;  ///< known where the check compares with one value
    double measured = unknown;
    allowed_range allowed{};     ///< for measured, all tolerances and standard errors included
    double error = unknown;      ///< relative to expected; for orders the absolute difference
    double tolerance = unknown;  ///< the largest error that is allowed
    std::string reason;
    double standard_error = unknown;    ///< of measured
    std::optional<verdict> says{};      ///< about the claim of the experiment, if the check holds
    bool passed = false;                ///< measured is allowed, and there was no trouble
    std::string trouble;                ///< what kept a method from answering, or empty
    std::string measured_by{};          ///< method or series that measured
    std::string expected_by{};          ///< method or series to compare with; empty: the suite
    bool is_count_of_left_out = false;  ///< it counts points that its statement leaves out
};

/// A standard error, or zero where it is not finite: for sums.
[[nodiscard]] inline double finite_or_zero(double value) {
    return std::isfinite(value) ? value : 0;
}

/// The name of a result without its case: "suite/check".
[[nodiscard]] std::string_view check_name(const check_result& c);

/// Which case of its check a result is; empty where the check has one.
[[nodiscard]] std::string_view case_name(const check_result& c);

/// One line about a check that does not hold: what was measured, expected and allowed, or what
/// kept a method from answering.
[[nodiscard]] std::string failure_text(const check_result& c);

/// True where the first of two cases of one check comes closer to its limits than the second, or
/// is further beyond them.
[[nodiscard]] bool is_tighter(const check_result& first, const check_result& second);

/// |measured - expected| / |expected|; 0 where both are never; NaN where either is unknown.
[[nodiscard]] double relative_error(double measured, double expected);

}  // namespace fusionflow::validation
