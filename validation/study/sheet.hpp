#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace fusionflow::validation {

/// A table of texts, from which every format of tables is written.
struct sheet {
    struct column {
        std::string name;
        bool number = true;  ///< aligned to the right
    };
    std::vector<column> columns;
    std::vector<std::vector<std::string>> rows;  ///< as many texts as columns each
    int jobs = 1;                                ///< threads to write it with

    /// A sheet of so many rows that has no column yet.
    [[nodiscard]] static sheet of_rows(std::size_t count) {
        return {{}, std::vector<std::vector<std::string>>(count)};
    }

    /// Adds a column at the right.
    ///
    /// \param cell  `cell(i)` is the text in row i.
    template <typename Cell>
    void add(column named, const Cell& cell) {
        columns.push_back(std::move(named));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i].push_back(cell(i));
        }
    }
};

/// Columns aligned with spaces, for a terminal.
[[nodiscard]] std::string to_text(const sheet& s);
/// A table of GitHub markdown.
[[nodiscard]] std::string to_markdown(const sheet& s);
/// RFC 4180, with the column names first.
[[nodiscard]] std::string to_csv(const sheet& s);
/// A tabular of LaTeX.
[[nodiscard]] std::string to_latex(const sheet& s);

/// Lines of at most `columns` bytes, broken at spaces; a longer word is a line of its own.
[[nodiscard]] std::vector<std::string> wrapped(const std::string& text, std::size_t columns);

}  // namespace fusionflow::validation
