#pragma once

#include <functional>
#include <string>
#include <vector>

#include "validation/grid.hpp"
#include "validation/methods.hpp"

namespace fusionflow::validation {

struct table_options {
    grid points{};  ///< no axes: the one model of the settings
    std::vector<std::string> methods{"formula", "refined", "flow"};
    int repeats = 1;        ///< 1 ... 1e6; only random networks are repeated
    int shard = 1;          ///< this part of ...
    int shards = 1;         ///< ... so many; rows are dealt out in turn
    int jobs = 1;           ///< threads, 1 ... 1024
    std::string journal{};  ///< file of finished rows, for resume; empty: none
    bool resume = false;    ///< read the journal first

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
    grid points;
    std::vector<std::string> names;  ///< of the modalities
    std::vector<std::string> methods;
    std::vector<std::string> labels;  ///< of the methods, for people
    std::vector<table_row> rows;      ///< in order of grid point, method, repeat
    int jobs = 1;                     ///< threads to write it with
};

/// Rows done, rows in all; called by one thread at a time.
using table_progress = std::function<void(std::size_t done, std::size_t all)>;

/// Runs a table: every grid point is built and checked before anything is computed.
///
/// The rows do not depend on jobs, on how they are split into shards, or on interruptions: with a
/// journal each finished row is kept at once, and `resume` computes only those that are not there.
///
/// \param base  Options that hold at every point; none of them is an axis.
/// \throws data::input_error for a bad point (naming option, value and point), or a journal of
///         another table.
/// \see tests/validation/table_test.cpp
[[nodiscard]] table run_table(const settings& base, const table_options& options,
                              const table_progress& progress = {});

}  // namespace fusionflow::validation
