#pragma once

#include <string>
#include <string_view>

#include "fusionflow/data/readers/table_options.hpp"

namespace fusionflow::data {

/// How a text is to be read, as far as its first lines show.
struct csv_guess {
    char delimiter = ',';  ///< that of the options, or what the lines show
    /// Why the first lines may be misread, and which option helps; or empty.
    std::string hint{};
    std::string note{};  ///< why the header may be no header; or empty
};

/// Looks at the first lines of a table.
///
/// The first of comma, `;`, tab, `|` and blanks that cuts the header and the records after it into
/// equally many fields, at least two, is the delimiter, unless a later one makes a larger share of
/// numbers. (For .tsv and .tab the tab is tried first; with a decimal comma the comma is last.)
/// Blanks delimit only if every record after the header has a number.
///
/// \param sample  The file's first bytes.
/// \param whole   Whether the sample is the whole file.
/// \param file    Its name may end in .tsv or .tab, and then .gz.
/// \see tests/data/csv_guess_test.cpp
[[nodiscard]] csv_guess guess_csv(std::string_view sample, bool whole, std::string_view file,
                                  const table_options& options);

/// Whether a file's name stands for a delimiter: .tsv and .tab, perhaps with .gz, for the tab.
[[nodiscard]] bool is_named_for(std::string_view file, char delimiter);

/// A delimiter as --delimiter takes it: `';'`, `tab`, `blank`.
[[nodiscard]] std::string spell_delimiter(char delimiter);

}  // namespace fusionflow::data
