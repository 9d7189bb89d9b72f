#pragma once

#include <string>

namespace fusionflow::data {

/// A text as a field of a CSV file: in quotes, with quotes doubled, where it needs them.
[[nodiscard]] std::string csv_field(const std::string& text);

}  // namespace fusionflow::data
