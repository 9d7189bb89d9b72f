#pragma once

#include <string>
#include <string_view>

namespace fusionflow::data {

/// Advice, in brackets, on a text that should be a number and is none: a decimal comma, marks of
/// thousands, a date, a category. Empty where none of these fits.
///
/// \param decimal  The decimal mark of numbers: `.` or `,`.
/// \see tests/data/number_advice_test.cpp
[[nodiscard]] std::string number_advice(std::string_view text, char decimal);

}  // namespace fusionflow::data
