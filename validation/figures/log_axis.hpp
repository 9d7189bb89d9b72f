#pragma once

#include <string>

// Logarithmic axes of figures.
namespace fusionflow::validation {

/// What an axis has to show: positive finite numbers; all others are passed over.
class log_range {
public:
    void add(double value);
    /// Ends of the axis, a fifth beyond the numbers; 1 and 10 without any.
    [[nodiscard]] double low() const;
    [[nodiscard]] double high() const;

private:
    double least_ = 0;
    double largest_ = 0;
};

/// Labels of a logarithmic axis for gnuplot, `("20" 20, "50" 50, ...)`: round steps where the ends
/// are less than a factor of 4 apart, else 1, 2 and 5 times powers of ten up to a factor of 200,
/// beyond that at most eight powers of ten.
///
/// \param low, high  0 < low < high.
/// \see tests/validation/log_axis_test.cpp
[[nodiscard]] std::string log_tics(double low, double high);

}  // namespace fusionflow::validation
