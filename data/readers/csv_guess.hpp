#pragma once

#include <string>
#include <string_view>

#include "fusionflow/data/readers/table_options.hpp"

namespace fusionflow::data {

/// What the first lines of a text say of how it is to be read.
struct csv_guess {
    char delimiter = ',';  ///< that of the options, or what the lines show
    /// Why the lines may not be read as they are meant, and which option helps; or empty.
    std::string hint{};
    std::string note{};  ///< what the header may be that it is not taken for; or empty
};

/// Looks at the first lines of a table.
///
/// Of comma, `;`, tab, `|` and blanks (of .tsv and .tab: the tab first, with a decimal comma the
/// comma last) the delimiter is the first that cuts the header and the records after it into
/// equally many fields, at least two; of several the one that makes most numbers. Blanks delimit
/// only where every record has a number.
///
/// \param sample  The file's first bytes.
/// \param whole   Whether these are all.
/// \param file    Its name may end in .tsv or .tab, and then .gz.
/// \see tests/data/csv_guess_test.cpp
[[nodiscard]] csv_guess guess_csv(std::string_view sample, bool whole, std::string_view file,
                                  const table_options& options);

/// Whether a file's name says what its delimiter is: .tsv and .tab, perhaps with .gz.
[[nodiscard]] bool is_named_for(std::string_view file, char delimiter);

/// A delimiter as --delimiter takes it: `';'`, `tab`, `blank`.
[[nodiscard]] std::string spell_delimiter(char delimiter);

}  // namespace fusionflow::data
