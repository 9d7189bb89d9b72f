#pragma once

#include <string>
#include <string_view>

namespace fusionflow::data {

/// What some programs put before a text in UTF-8.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// True if a text is well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

/// What to do about a table that is not: for the end of a refusal.
inline constexpr std::string_view convert_to_utf8 =
    "(iconv -f latin1 -t utf-8 converts a file in Latin-1)";

/// A text for a terminal: control characters, which may do anything there, become `\x1b`, bytes
/// that are no UTF-8 `\xff`. Everything else stays as it is.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace fusionflow::data
