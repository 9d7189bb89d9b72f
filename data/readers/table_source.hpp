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
    row_matrix values{};                ///< a row each, with a column for each selected one
    std::vector<std::uint64_t> rows{};  ///< which rows of the table these are, from 0, ascending
    /// For each row whether it is held out, if a column says so. \see column_request::split
    std::vector<unsigned char> held_out{};
};

/// How far a table is read.
struct table_progress {
    std::uint64_t rows = 0;            ///< rows of the table so far, skipped ones included
    std::uint64_t skipped = 0;         ///< rows left out because values are missing
    std::uint64_t missing_values = 0;  ///< missing values in those rows
    std::uint64_t bytes = 0;           ///< bytes of the file so far
    std::uint64_t all_bytes = 0;       ///< bytes of the file; 0 for pipes
};

/// A column that is asked for: its numbers or, with `labels`, the number of the class of its text.
struct wanted_column {
    std::size_t column = 0;          ///< from 0
    class_labels* labels = nullptr;  ///< must outlive the reading
};

/// A table of samples in a file, a row each, read once from beginning to end in blocks: memory does
/// not grow with the number of rows. \see open_table
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
    /// Why columns may differ from those expected, and which option helps; or empty.
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

    /// Says which columns next() gives, each at most once. To be called before the first next().
    /// The other columns are only passed over.
    virtual void select(const std::vector<wanted_column>& wanted) = 0;

    /// The next rows, possibly none if all were skipped.
    ///
    /// \return  False at the end of the table; the block is empty then.
    /// \throws input_error  whose field is the place, `data.csv, line 7, column 3 (bmi)`, and whose
    ///         rule says what is needed there.
    [[nodiscard]] virtual bool next(row_block& block) = 0;

    /// Says what all columns hold. Reads the table to its end, in place of next().
    ///
    /// \throws input_error  as next(), except that no value is refused.
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

/// Most columns of a table: every reader refuses more before it takes memory for them.
inline constexpr std::size_t most_columns = 100'000;

/// Opens a table. Its first bytes show its format: .npy, .npz, IDX, else CSV; all but .npz may be
/// compressed by gzip. The name standard_input stands for standard input.
///
/// \throws input_error  naming the file: it cannot be read, is empty, or is no table, with a way
///         round where the format is known; or naming an option.
/// \see docs/file-formats.md#samples
[[nodiscard]] std::unique_ptr<table_source> open_table(const std::string& file,
                                                       const table_options& options = {});

}  // namespace fusionflow::data
