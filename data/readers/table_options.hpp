#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fusionflow::data {

/// What becomes of rows with missing values. Only columns that are asked for count.
enum class missing_rule { refuse, skip };

/// How tables are read: one of these for every reader, made from words once (cli/table_words).
struct table_options {
    /// Of text, a character that is in no number; without it the one that the first lines show
    /// (a comma, `;`, a tab, `|`, blanks).
    std::optional<char> delimiter{};
    missing_rule missing = missing_rule::refuse;
    /// Texts that are missing values besides the usual; those that are numbers also in arrays.
    std::vector<std::string> missing_marks{};
    bool usual_marks = true;        ///< whether the usual ones are. \see missing_marks
    bool header = true;             ///< the first line of text names the columns; else 0, 1, ...
    std::uint64_t skip_lines = 0;   ///< of text, before the header or the first row
    std::optional<char> comment{};  ///< lines of text that begin with it are passed over
    char decimal = '.';             ///< of text: `.` or `,` before the fraction of numbers

    /// \throws input_error  naming delimiter, comment or decimal: a character that cannot be that.
    void validate() const;
};

}  // namespace fusionflow::data
