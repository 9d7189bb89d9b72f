#pragma once

#include <functional>
#include <optional>
#include <string>

namespace fusionflow::validation {

/// A part of a table: every count-th row, from the index-th on.
struct shard {
    int index = 1;  ///< 1 ... count
    int count = 1;  ///< 1: the whole table

    /// "i/n", as --shard takes it.
    [[nodiscard]] std::string text() const;
    /// \throws data::input_error naming shard.
    void validate() const;
};

/// Reads "i/n". \throws data::input_error naming shard.
[[nodiscard]] shard parse_shard(const std::string& text);

/// A variable's value, or null: std::getenv.
using environment = std::function<const char*(const char*)>;

/// The shard of a task of a Slurm job array: the place of the index ID among the COUNT indices
/// MIN, MIN + step, ..., MAX.
///
/// \param variables  SLURM_ARRAY_TASK_ID, _COUNT, _MIN, and _MAX, which is MIN + COUNT - 1 if it is
///                   not there.
/// \return           Nothing outside of job arrays (no SLURM_ARRAY_TASK_ID).
/// \throws data::input_error naming the variable: it is missing or no whole number, or the indices
///         are not evenly spaced, so that their places are not known.
/// \see tests/validation/shard_test.cpp
[[nodiscard]] std::optional<shard> slurm_shard(const environment& variables);

/// The file name of a shard: out/F.csv becomes out/F.3-of-8.csv, but stays for a whole table.
[[nodiscard]] std::string shard_file(const std::string& file, const shard& part);

}  // namespace fusionflow::validation
