#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fusionflow/data/moment_sums.hpp"
#include "fusionflow/data/readers/column_facts.hpp"
#include "fusionflow/data/readers/table_options.hpp"

namespace fusionflow::data {

class class_labels;

/// Some rows of a table.
struct row_block {
    row_matrix values{};                ///< a row each, a column for every one that was asked for
    std::vector<std::uint64_t> rows{};  ///< which rows of the table these are, from 0, ascending
    /// Of each whether it is held out, where a column says so. \see column_request::split
    std::vector<unsigned char> held_out{};
};

/// How far a table is read.
struct table_progress {
    std::uint64_t rows = 0;            ///< of the table so far, skipped ones included
    std::uint64_t skipped = 0;         ///< of these, left out because values are missing
    std::uint64_t missing_values = 0;  ///< in those
    std::uint64_t bytes = 0;           ///< of the file so far
    std::uint64_t all_bytes = 0;       ///< of the file; 0 for pipes
};

/// A column that is asked for: its numbers or, with `labels`, what number its text has there.
struct wanted_column {
    std::size_t column = 0;          ///< from 0
    class_labels* labels = nullptr;  ///< outlives the reading
};

/// A table of samples in a file, a row each, read once from begin to end in blocks: memory does not
/// grow with the number of rows. \see open_table
class table_source {
public:
    table_source(const table_source&) = delete;
    table_source& operator=(const table_source&) = delete;
    virtual ~table_source() = default;

    /// The file, as errors call it.
    [[nodiscard]] const std::string& file() const noexcept { return file_; }
    /// Names of all columns, in their order.
    [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
    [[nodiscard]] virtual table_progress progress() const = 0;
    /// What was guessed in reading, a sentence each.
    [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }
    /// Why columns may not be those that somebody expects, and which option helps; or empty.
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

    /// Says which columns next() gives, each at most once; before the first next(). The others are
    /// not looked at more closely than it takes to pass over them.
    virtual void select(const std::vector<wanted_column>& wanted) = 0;

    /// The next rows, possibly none if all were skipped.
    ///
    /// \return  False at the end of the table; the block is empty then.
    /// \throws input_error  whose field is the place, `data.csv, line 7, column 3 (bmi)`, and whose
    ///         rule says what is needed there.
    [[nodiscard]] virtual bool next(row_block& block) = 0;

    /// What all columns hold, whatever it is; reads the table to its end, in place of next().
    ///
    /// \throws input_error  as next(), but for values: those are what they are.
    [[nodiscard]] virtual std::vector<column_facts> survey() = 0;

protected:
    explicit table_source(std::string file) : file_(std::move(file)) {}
    void set_columns(std::vector<std::string> names);
    void add_note(std::string note) { notes_.push_back(std::move(note)); }
    void set_hint(std::string hint) { hint_ = std::move(hint); }

private:
    std::string file_;
    std::vector<std::string> notes_;
    std::string hint_;
    std::vector<std::string> columns_;
};

/// More columns are refused by every reader, before memory is taken for them.
inline constexpr std::size_t most_columns = 100'000;

/// Opens a table. Its format shows in its first bytes: .npy, .npz, IDX, else CSV; all but .npz may
/// be compressed by gzip. The file standard_input is read as such.
///
/// \throws input_error  naming the file: it cannot be read, is empty, or is no table, with a way
///         round where the format is known; or naming an option.
/// \see docs/file-formats.md#samples
[[nodiscard]] std::unique_ptr<table_source> open_table(const std::string& file,
                                                       const table_options& options = {});

}  // namespace fusionflow::data
