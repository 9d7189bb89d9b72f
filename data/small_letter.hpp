#pragma once

namespace fusionflow::data {

/// The small letter of a capital of ASCII; any other byte as it is.
[[nodiscard]] constexpr char small_letter(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace fusionflow::data
