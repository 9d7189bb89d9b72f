#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fusionflow::data {

/// What is done with a row that lacks a value in a column that is asked for.
enum class missing_rule { refuse, skip };

/// How tables are read. Every reader takes these options; cli/table_words makes them from words.
struct table_options {
    /// The delimiter of text, a character that is in no number; if not given, the one that the
    /// first lines show (a comma, `;`, a tab, `|`, blanks).
    std::optional<char> delimiter{};
    missing_rule missing = missing_rule::refuse;
    /// Marks of missing values besides the usual; those that are numbers also count in arrays.
    std::vector<std::string> missing_marks{};
    bool usual_marks = true;        ///< whether the usual ones count. \see missing_marks
    bool header = true;             ///< the first line of text names the columns; else 0, 1, ...
    std::uint64_t skip_lines = 0;   ///< lines of text before the header or the first row
    std::optional<char> comment{};  ///< lines of text that begin with it are passed over
    char decimal = '.';             ///< decimal mark of text: `.` or `,`

    /// \throws input_error  naming delimiter, comment or decimal: a character that cannot be that.
    void validate() const;
};

}  // namespace fusionflow::data
