#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/validation/experiments/conditions.hpp"
#include "fusionflow/validation/settings/settings.hpp"
#include "fusionflow/validation/study/grid.hpp"

namespace fusionflow::validation {

/// What a check is about.
enum class check_kind {
    agreement,    ///< two methods give the same numbers
    convergence,  ///< the relative error between two methods falls with a known order
    invariant,    ///< something that a run has to keep
};

/// A check as a suite states it.
struct check {
    std::string name;
    std::string claim;  ///< one sentence
    check_kind kind = check_kind::agreement;
    settings model{};
    grid points{};           ///< one case each; convergence: the values of --init, falling
    std::string measured;    ///< method
    std::string expected{};  ///< method; not for invariants
    /// agreement, convergence: times, first_time, time_ratio.
    /// invariant: balance_drift, loss_rise, final_weights.
    std::string quantity;
    double order = 0;  ///< convergence: in --init, or in 1/ln(1/init) if `logarithmic`
    bool logarithmic = false;
    double tolerance = 0;  ///< of the relative error; convergence: of the order
    std::string reason;    ///< where the tolerance comes from
    int repeats = 1;       ///< draws of random networks to average over
};

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

    std::string name;  ///< suite/check, and what case
    std::string claim;
    std::string quantity{};     ///< what was measured: "time_ratio", "median of time_ratio"
    double expected = unknown;  ///< where the check is about one value
    double measured = unknown;
    allowed_range allowed{};     ///< for measured; its ends say all that was allowed
    double error = unknown;      ///< relative to expected; absolute for orders and invariants
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

/// True where a check holds a method's times against something that is not spoiled with them.
///
/// \see conditions::perturbed
[[nodiscard]] bool judges_times_of(const check& c, std::string_view method_name);

/// Quantities that a kind of check can be about.
[[nodiscard]] std::vector<std::string> quantities_of(check_kind kind);

/// Runs all cases of a check.
///
/// \throws data::input_error where the model breaks a rule.
/// \see tests/validation/check_test.cpp
[[nodiscard]] std::vector<check_result> run_check(const check& c, const conditions& under = {});

}  // namespace fusionflow::validation
