#pragma once

#include <optional>
#include <string_view>

namespace fusionflow::data {

/// A text read as a decimal number.
struct number_text {
    enum class kind {
        none,        ///< the text is no number
        finite,      ///< a double holds the number; one too small for a double is 0
        not_finite,  ///< the number is inf or nan, or too large for a double
    };
    kind what = kind::none;
    double value = 0;  ///< of a finite number
};

/// Reads all of a text, as `-1.5`, `+2` or `3e-4`.
///
/// A number out of range is judged by the place of its first nonzero digit, not by the sign of its
/// exponent: 1, 400 zeros and `e-5` is too large, `0.`, 400 zeros and 1 is 0.
///
/// \param decimal  The decimal mark, `.` or `,`. A text with the other one is no number.
/// \see tests/data/number_text_test.cpp
[[nodiscard]] number_text read_number(std::string_view text, char decimal = '.');

/// for `True`, `TRUE` and `true`, 0 for `False` and so on; none for other texts.
[[nodiscard]] std::optional<double> truth_value(std::string_view text);

}  // namespace fusionflow::data
