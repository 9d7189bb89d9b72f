#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// All answers write their numbers by these functions, as JSON and for people.
namespace fusionflow::validation {

/// A number of JSON with all its digits, or null where it is not finite: JSON has no other word for
/// "never" and for what is unknown.
[[nodiscard]] nlohmann::ordered_json number(double value);

/// A list of numbers, each as number() writes it.
[[nodiscard]] nlohmann::ordered_json numbers(std::span<const double> values);

/// JSON for files and standard output: lines indented by two spaces, with a line end at the end.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& value);

/// A number for people; "never" where it is infinite, like the time of what never happens.
///
/// \param digits   Significant digits, >= 1.
/// \param unknown  What stands for NaN.
[[nodiscard]] std::string spell(double value, int digits = 8, std::string_view unknown = "-");

/// Names for people: "A, B", or "nothing" where there are none.
[[nodiscard]] std::string spell(const std::vector<std::string>& names);

}  // namespace fusionflow::validation
