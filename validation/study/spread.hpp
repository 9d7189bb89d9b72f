#pragma once

#include <span>
#include <vector>

namespace fusionflow::validation {

/// Mean and standard error of some values.
struct mean_value {
    double mean = 0;            ///< NaN without values; not finite where a value is not
    double standard_error = 0;  ///< sqrt(sum (x - mean)^2 / (n - 1) / n); NaN below two values
};

/// \see tests/validation/spread_test.cpp
[[nodiscard]] mean_value mean_of(std::span<const double> values);

/// Quantile of some values, linear between the two nearest:
///
///     x_k + (h - k) (x_{k+1} - x_k),   h = p (n - 1),   k = floor(h),   x_0 <= x_1 <= ...
///
/// \param sorted  Finite, in ascending order, at least one.
/// \param p       0 <= p <= 1: from the least to the largest value.
/// \throws data::input_error naming sorted or p.
/// \see tests/validation/spread_test.cpp
[[nodiscard]] double quantile(std::span<const double> sorted, double p);

/// A quantile, and the part p of the values that is below it.
struct quantile_value {
    double p = 0;
    double value = 0;
};

/// How times, or their ratios, are spread over runs.
struct spread {
    int finite = 0;                           ///< number of finite values
    int never = 0;                            ///< number of infinite values
    int unknown = 0;                          ///< number of NaN
    mean_value mean{};                        ///< of the finite values
    std::vector<quantile_value> quantiles{};  ///< at 5, 25, 50, 75, 95 %; empty without finite ones

    /// One of the quantiles; NaN where it is not there.
    [[nodiscard]] double at(double p) const;
};

/// \param values  Times: finite, never or NaN. Without finite ones the mean is NaN.
/// \see tests/validation/spread_test.cpp
[[nodiscard]] spread spread_of(std::span<const double> values);

/// Median of times, where never is later than any time; NaN where one is unknown or there are none.
[[nodiscard]] double median_time(std::vector<double> times);

}  // namespace fusionflow::validation
