#pragma once

#include <string>
#include <string_view>

namespace fusionflow::data {

/// Says why a file cannot be read as a table, if its first bytes are of a format that no reader
/// knows: which format it is, and how to get a table from it. Empty for everything else.
///
/// \see docs/file-formats.md#other-formats; tests/data/foreign_format_test.cpp
[[nodiscard]] std::string about_foreign_format(std::string_view head);

/// Says the same of a zip archive, from the name of one of its members.
[[nodiscard]] std::string about_foreign_member(std::string_view name);

}  // namespace fusionflow::data
