#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fusionflow/data/moment_sums.hpp"
#include "fusionflow/data/readers/selected_columns.hpp"

namespace fusionflow::data {

/// Which rows are for training.
struct row_split {
    double train_fraction = 1;  ///< 0 < F <= 1; 1: all, unless a column splits them
    std::uint64_t seed = 0;
    bool list_held_out = false;  ///< keep the numbers of the rows that are held out
    bool keep_rows = false;      ///< keep all rows, beside their sums
};

/// Whether row `row` of a table, from 0, is for training:
///
///     uniform_at(seed, row) < train_fraction
///
/// so that it depends neither on blocks and threads nor on other rows.
[[nodiscard]] bool trains(const row_split& split, std::uint64_t row);

/// Sums over the rows for training and over those that are held out.
struct sample_sums {
    moment_sums training;
    std::optional<moment_sums> held_out{};       ///< if rows may be held out
    std::vector<std::uint64_t> held_out_rows{};  ///< from 0, if asked for: 8 bytes each
    row_matrix training_values{};                ///< rows of inputs and targets, if they are kept
    row_matrix held_out_values{};
};

/// Reads a table to its end.
///
/// \throws input_error  as selected_columns::next(); naming the first table if no rows are left, or
///         train-fraction or split if one of the two parts is empty.
[[nodiscard]] sample_sums read_samples(selected_columns& from, const row_split& split,
                                       const reading_progress& watch = {});

}  // namespace fusionflow::data
