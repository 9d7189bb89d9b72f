#pragma once

#include <string_view>

namespace fusionflow::validation {

/// Version of the program, e.g. "0.1.0".
[[nodiscard]] std::string_view version();

}  // namespace fusionflow::validation
