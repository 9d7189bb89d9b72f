#pragma once

#include <string>

namespace fusionflow::data {

/// A text as a field of a CSV file: where needed it is put in quotes, and its quotes are doubled.
[[nodiscard]] std::string csv_field(const std::string& text);

}  // namespace fusionflow::data
