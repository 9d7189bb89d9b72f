#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "data/sample_summary.hpp"

// Samples in files, for the commands that read them.
namespace fusionflow::cli {

/// What was read.
struct samples_read {
    data::sample_summary training;
    std::optional<data::sample_summary> held_out{};  ///< with --train-fraction
    std::vector<std::string> warnings{};
};

/// Options that say what is read from tables, and how: --modality, --target and so on.
[[nodiscard]] std::vector<option> sample_options();

/// True where DATA are tables, not moments.
[[nodiscard]] inline bool reads_tables(const arguments& given) {
    return !given.all("modality").empty();
}

/// Reads tables, or puts moments of parts together where there is no --modality. Shows progress.
///
/// \throws data::input_error naming an option or a file.
[[nodiscard]] samples_read read_samples(const arguments& given);

}  // namespace fusionflow::cli
