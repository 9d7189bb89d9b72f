#pragma once

#include <optional>
#include <string_view>

namespace fusionflow::data {

/// What a text is, taken for a decimal number.
struct number_text {
    enum class kind {
        none,        ///< no number
        finite,      ///< one that a double holds; what is too small for one is 0
        not_finite,  ///< inf or nan, or too large for a double
    };
    kind what = kind::none;
    double value = 0;  ///< of a finite one
};

/// Reads all of a text, as `-1.5`, `+2` or `3e-4`.
///
/// Which end of the range is missed shows in the place of the first digit that is not zero, not in
/// the sign of the exponent: 1 and 400 zeros and `e-5` is too large, `0.` and 400 zeros and 1 is 0.
///
/// \param decimal  What stands before the fraction: `.` or `,`. The other one makes it no number.
/// \see tests/data/number_text_test.cpp
[[nodiscard]] number_text read_number(std::string_view text, char decimal = '.');

/// 1 for `True`, `TRUE` and `true`, 0 for `False` and so on.
[[nodiscard]] std::optional<double> truth_value(std::string_view text);

}  // namespace fusionflow::data
