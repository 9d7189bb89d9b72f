#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The one way in which answers write numbers, as JSON and for people.
namespace fusionflow::validation {

/// A number of JSON with all its digits, or null where it is not finite: JSON has no other word for
/// "never" and for what is unknown.
[[nodiscard]] nlohmann::ordered_json number(double value);

/// A list of such numbers.
[[nodiscard]] nlohmann::ordered_json numbers(std::span<const double> values);

/// JSON as files and standard output have it: lines, indented by two spaces, with an end of line.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& value);

/// A number for people: "never" where it is infinite, as times are that do not come.
///
/// \param digits   Significant ones, >= 1.
/// \param unknown  What stands for NaN.
[[nodiscard]] std::string spell(double value, int digits = 8, std::string_view unknown = "-");

/// Names for people: "A, B", or "nothing" where there are none.
[[nodiscard]] std::string spell(const std::vector<std::string>& names);

}  // namespace fusionflow::validation
