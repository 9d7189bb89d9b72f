#pragma once

#include <cstddef>
#include <string_view>

namespace fusionflow::data {

/// What some programs put before a text in UTF-8.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// One character of UTF-8.
struct utf8_character {
    char32_t code = 0;
    std::size_t bytes = 0;  ///< 1 to 4; 0: none
};

/// The character that a text begins with; none where it does not begin with a well-formed one.
///
/// \param text  Not empty.
[[nodiscard]] utf8_character first_character(std::string_view text);

/// True if a text is well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

/// What to do about a table that is not: for the end of a refusal.
inline constexpr std::string_view convert_to_utf8 =
    "(iconv -f latin1 -t utf-8 converts a file in Latin-1)";

}  // namespace fusionflow::data
