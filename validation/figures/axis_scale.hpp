#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/figures/figure.hpp"

namespace fusionflow::validation {

/// Where an axis begins and ends, and which numbers stand along it.
class axis_scale {
public:
    /// An end that the axis leaves open is a twentieth of the range beyond what is shown, on a
    /// logarithmic axis a factor of 1.2. Where nothing is shown the axis is [0, 1], a logarithmic
    /// one [1, 10].
    ///
    /// \param shown  Values on the axis. Values without a place on it are passed over: those that
    ///               are not finite, and on a logarithmic axis those that are not positive.
    /// \see tests/validation/axis_scale_test.cpp
    axis_scale(const axis& of, const std::vector<double>& shown);

    [[nodiscard]] double low() const { return low_; }
    [[nodiscard]] double high() const { return high_; }  ///< > low()

    /// Where a value stands: 0 at the low end, 1 at the high end.
    [[nodiscard]] double place(double value) const;

    /// Round numbers within the ends. Linear: multiples of the axis's own step, else of 1, 2 or 5
    /// times a power of ten. Logarithmic: the same where the ends are less than a factor of 4
    /// apart; 1, 2 and 5 times powers of ten up to a factor of 200; beyond that powers of ten.
    ///
    /// \param most_steps  How many steps from one number to the next there may be; > 0.
    [[nodiscard]] std::vector<double> numbers(int most_steps) const;

    /// The text that stands at a number of the axis.
    [[nodiscard]] static std::string label(double number);

private:
    axis of_;
    double low_ = 0;
    double high_ = 1;
};

}  // namespace fusionflow::validation
