#pragma once

#include <cstddef>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace fusionflow::validation {

/// A finished row, as a journal keeps it.
struct journal_row {
    std::vector<double> times;  ///< infinity and NaN are kept
    std::string outcome;
    bool failed = false;
};

/// A row as a line of JSON without its end; all bits of the times are kept.
[[nodiscard]] std::string format_row(std::size_t index, const journal_row& row);

/// A row and its place.
struct indexed_row {
    std::size_t index = 0;
    journal_row row;
};

/// Reads what format_row wrote; nothing if the line is torn.
[[nodiscard]] std::optional<indexed_row> parse_row(const std::string& line);

/// A file of finished rows, one JSON object per line, each written out as soon as it is done, so
/// that work that was killed can go on. The last line may be torn.
class journal {
public:
    /// \param file         Made if it is not there.
    /// \param fingerprint  Text that is equal for equal work.
    /// \param resume       Read what is there; without it a file with rows is refused.
    /// \param option       That says where the work's result goes.
    /// \throws data::input_error naming resume (a journal of other work) or `option` (rows there,
    ///         or the file cannot be written).
    journal(const std::string& file, const std::string& fingerprint, bool resume,
            const std::string& option = "output");

    /// A row that was there; null if it was not.
    [[nodiscard]] const journal_row* find(std::size_t index) const;

    /// Rows that were there.
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

    /// Adds a row; any thread.
    void add(std::size_t index, const journal_row& row);

private:
    void read(const std::string& file, const std::string& fingerprint);

    std::map<std::size_t, journal_row> rows_;
    std::ofstream out_;
    std::mutex mutex_;
    std::string pending_;   // rows that nobody has begun to write
    bool writing_ = false;  // somebody writes, and looks for pending ones again
};

}  // namespace fusionflow::validation
