#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/cli/arguments.hpp"
#include "fusionflow/data/readers/sample_summary.hpp"

// Samples in files, for the commands that read them.
namespace fusionflow::cli {

/// What was read.
struct samples_read {
    data::sample_summary training;
    std::optional<data::sample_summary> held_out{};  ///< with --train-fraction or --split
    std::vector<std::uint64_t> held_out_rows{};      ///< where they are to be listed, from 0
    std::vector<std::string> warnings{};
};

/// Options that say what is read from tables, and how: --modality, --target and so on.
[[nodiscard]] std::vector<option> sample_options();

/// True where DATA are tables, not moments.
[[nodiscard]] inline bool reads_tables(const arguments& given) {
    return !given.all("modality").empty();
}

/// True where rows of tables are held out.
[[nodiscard]] inline bool holds_out(const arguments& given) {
    return given.has("train-fraction") || given.has("split");
}

/// Reads tables, or puts moments of parts together where there is no --modality. Shows progress.
///
/// \throws data::input_error naming an option or a file.
[[nodiscard]] samples_read read_samples(const arguments& given);

/// Moments of held-out samples that may be held against those of training.
///
/// \throws data::input_error  naming held-out and the file: they are of other columns or prepared
///         otherwise.
[[nodiscard]] data::sample_summary read_held_out(const std::string& file,
                                                 const data::sample_summary& training);

}  // namespace fusionflow::cli
