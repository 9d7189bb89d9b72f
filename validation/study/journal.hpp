#pragma once

#include <cstddef>
#include <functional>
#include <istream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fusionflow::validation {

/// A finished row, as a journal keeps it.
struct journal_row {
    std::vector<double> times;  ///< infinity and NaN are kept
    std::string outcome;
    bool failed = false;
    std::string more{};  ///< anything else to keep, as JSON; empty: nothing
};

/// A row as a line of JSON without its line end; all bits of the times are kept. Its last key is a
/// checksum of the work's name and of what stands before it.
///
/// \param work  Name of the work: parse_row() takes the row for no other work.
[[nodiscard]] std::string format_row(std::size_t index, const journal_row& row,
                                     std::string_view work = {});

/// A row and its index in the work.
struct indexed_row {
    std::size_t index = 0;
    journal_row row;
};

/// Reads what format_row() wrote; nothing where the line is torn, was changed, is no row, or
/// belongs to other work.
[[nodiscard]] std::optional<indexed_row> parse_row(const std::string& line,
                                                   std::string_view work = {});

/// The work whose rows a journal keeps.
struct journal_work {
    std::string fingerprint;  ///< text that is equal for equal work
    /// The number of times in the row of an index; nothing where the work has no such row.
    std::function<std::optional<std::size_t>(std::size_t)> times_of;
};

/// How a journal is opened.
struct journal_options {
    bool resume = false;            ///< read what is there; without it a file with rows is refused
    std::string option = "output";  ///< the option that says where the result of the work goes
    /// Gets a sentence that the user should read, while the work goes on; called by any thread.
    std::function<void(const std::string&)> warn{};
};

/// A file of finished rows, one JSON object per line, each written out as soon as it is done, so
/// that work that was killed can go on (docs/file-formats.md#journals).
///
/// Reading ends at the first line that is torn, was changed or is no row of the work; a journal
/// whose first line is empty or torn has no rows. Where a row cannot be written, the user is warned
/// once, and it is tried again with every further row and at the end.
/// \see tests/validation/journal_test.cpp
class journal {
public:
    /// \param file  Made if it is not there.
    /// \throws data::input_error naming resume (a journal of other work or of another version, or
    ///         no journal) or the option (rows there, no regular file, or it cannot be read or
    ///         written).
    journal(const std::string& file, journal_work work, journal_options options = {});
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;
    ~journal();

    /// A row that was there; null if it was not.
    [[nodiscard]] const journal_row* find(std::size_t index) const;

    /// Rows that were there.
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

    /// Adds a row; any thread.
    void add(std::size_t index, const journal_row& row);

private:
    void read();
    [[nodiscard]] bool has_rows(std::istream& in) const;
    void check_version(const std::string& first_line) const;
    void read_rows(std::istream& in);
    void begin();
    [[nodiscard]] bool append(std::string& lines);
    [[nodiscard]] int write_lines(std::string& lines);
    void warn(const std::string& sentence) const;
    [[noreturn]] void refuse(const std::string& option, const std::string& rule) const;

    std::string file_;
    journal_work work_;
    std::string id_;  // name of the work in the checksums of its rows
    journal_options options_;
    std::map<std::size_t, journal_row> rows_;

    int out_ = -1;           // the file, at its end
    std::size_t whole_ = 0;  // bytes of it up to the end of the last whole line
    bool torn_ = false;      // part of a line follows these bytes
    bool said_ = false;      // the user was warned that the file cannot be written
    std::mutex mutex_;
    std::string pending_;   // rows that are not in the file yet
    bool writing_ = false;  // a thread is writing, and will look for pending rows again
};

}  // namespace fusionflow::validation
