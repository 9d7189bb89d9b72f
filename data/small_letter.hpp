#pragma once

namespace fusionflow::data {

/// The small letter of an ASCII capital; any other byte unchanged.
[[nodiscard]] constexpr char small_letter(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace fusionflow::data
