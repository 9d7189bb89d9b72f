#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/files/limits.hpp"
#include "fusionflow/validation/study/grid.hpp"
#include "fusionflow/validation/study/ranks.hpp"
#include "fusionflow/validation/study/shard.hpp"
#include "fusionflow/validation/study/work_done.hpp"

namespace fusionflow::validation {

struct table_options {
    grid points{};  ///< no axes: the one model of the settings
    std::vector<std::string> methods{"formula", "refined", "flow"};
    int repeats = 1;        ///< 1 ... 1e6; only random networks are repeated
    shard part{};           ///< which rows to compute: every count-th one
    int jobs = 1;           ///< threads, 1 ... 1024
    std::string journal{};  ///< file of finished rows, for resume; empty: none
    bool resume = false;    ///< read the journal first
    std::function<void(const std::string&)> warn{};  ///< see journal_options
    ranks* team = nullptr;  ///< processes that compute the table together; null: this one alone

    /// \throws data::input_error naming methods, repeats, shard or jobs.
    void validate() const;
};

/// One row: a grid point, a method and a repeat.
struct table_row {
    std::size_t point = 0;   ///< index into the grid
    std::size_t method = 0;  ///< index into the methods
    int repeat = 0;
    std::vector<double> times;  ///< per modality; never, NaN: unknown or not available
    double time_ratio = 0;
    std::string outcome;  ///< theory::to_string, or "not_available"
    bool failed = false;  ///< the outcome is trouble
};

struct table {
    grid points{};
    std::vector<std::string> names{};  ///< of the modalities
    std::vector<std::string> methods{};
    std::vector<std::string> labels{};  ///< of the methods, for people
    std::vector<table_row> rows{};      ///< in order of grid point, method, repeat
    int jobs = 1;                       ///< threads to write it with
    shard part{};                       ///< the shard that `rows` are
    std::size_t all_rows = 0;           ///< rows of all shards together
    std::string fingerprint{};          ///< equal for shards of one table
};

/// Writes a result into a row: its times, their ratio, and the outcome.
void fill_row(table_row& row, const journal_row& result);

/// Runs a table: every grid point is built and checked before anything is computed.
///
/// The rows do not depend on jobs, on how they are split into shards, or on interruptions: with a
/// journal each finished row is kept at once, and `resume` computes only those that it lacks.
///
/// With a team every rank calls this with the same options; the first rank gets all rows, the
/// others get none.
///
/// \param base  Options that hold at every point; none of them is an axis.
/// \throws data::input_error for a bad point (naming option, value and point), or a journal of
///         another table.
/// \see tests/validation/table_test.cpp
[[nodiscard]] table run_table(const settings& base, const table_options& options,
                              const progress_report& progress = {});

}  // namespace fusionflow::validation
