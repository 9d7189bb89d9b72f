#pragma once

#include <cstdint>
#include <string_view>

namespace fusionflow::validation {

/// CRC-32 of a text, the same on every machine. It detects accidents, not forgeries.
[[nodiscard]] std::uint32_t checksum(std::string_view text);

}  // namespace fusionflow::validation
