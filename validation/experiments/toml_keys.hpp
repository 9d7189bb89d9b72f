#pragma once

#include <string>
#include <string_view>

namespace fusionflow::validation {

/// Refuses a text of TOML with a key of more than 16 parts (`a.b.c` has three), in headers, before
/// `=` and in inline tables: the parser calls itself for every part, and a long key is the end of
/// the stack. No suite needs more than four.
///
/// \param text    May be no TOML at all: what is wrong with it is for the parser to say.
/// \param source  What errors call it.
/// \throws data::input_error  with `source` as its field, and the line.
/// \see tests/validation/suite_test.cpp
void check_key_parts(std::string_view text, const std::string& source);

/// A key for an error message: its begin, where it is long.
[[nodiscard]] std::string short_key(std::string_view key);

}  // namespace fusionflow::validation
