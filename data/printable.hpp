#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fusionflow::data {

/// Text that can be shown to people, whatever stands in it: each character that could steer a
/// terminal or break a page is replaced by another one.
///
/// These are control characters (below U+0020, U+007F to U+009F), marks that turn the direction of
/// writing or end a line (U+2028 to U+202E, U+2066 to U+2069), U+FFFE and U+FFFF, and each byte
/// that is not part of valid UTF-8. All other text stays as it is.
///
/// \param text     Bytes, UTF-8 as far as they are text.
/// \param instead  The character put in place of such a character.
/// \param kept     ASCII control characters that may stay, such as "\n".
/// \see tests/data/printable_test.cpp
[[nodiscard]] std::string printable(std::string_view text, char instead = '?',
                                    std::string_view kept = {});

/// The text with each such character written out, as `\x1b` or `\u202e`, to be told from others.
[[nodiscard]] std::string escaped(std::string_view text);

/// Length in bytes of the first character of a text; 0 where printable() would replace it.
///
/// \param text  Not empty.
[[nodiscard]] std::size_t printable_bytes(std::string_view text);

/// The bytes that some programs put before a text in UTF-8.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// One character of UTF-8.
struct utf8_character {
    char32_t code = 0;
    std::size_t bytes = 0;  ///< 1 to 4; 0: no character
};

/// The first character of a text; it has 0 bytes where the text begins with no well-formed one.
///
/// \param text  Not empty.
[[nodiscard]] utf8_character first_character(std::string_view text);

/// True if a text is well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Advice for the end of a refusal: what to do about a table that is not UTF-8.
inline constexpr std::string_view convert_to_utf8 =
    "(iconv -f latin1 -t utf-8 converts a file in Latin-1)";

}  // namespace fusionflow::data
