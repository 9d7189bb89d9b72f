#pragma once

#include <string>
#include <string_view>

namespace fusionflow::data {

/// What to do about a text that should be a number and is none, in brackets: a decimal comma, marks
/// of thousands, a date, a category. Empty where nothing comes to mind.
///
/// \param decimal  What stands before the fraction of numbers: `.` or `,`.
/// \see tests/data/number_advice_test.cpp
[[nodiscard]] std::string number_advice(std::string_view text, char decimal);

}  // namespace fusionflow::data
