#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/cli/arguments.hpp"
#include "fusionflow/data/readers/sample_summary.hpp"
#include "fusionflow/data/samples.hpp"

// Samples in files, for the commands that read them.
namespace fusionflow::cli {

/// The moments of the samples that were read.
struct samples_read {
    data::sample_summary training;
    std::optional<data::sample_summary> held_out{};  ///< with --train-fraction or --split
    std::vector<std::uint64_t> held_out_rows{};      ///< from 0; only if they are to be listed
    std::vector<std::string> warnings{};
    /// The rows themselves, prepared as their moments are, where they were asked for.
    std::shared_ptr<const data::samples> training_rows{};
    std::shared_ptr<const data::samples> other_rows{};
};

/// What is kept of tables: their moments, or their rows too.
enum class keep_rows {
    no,
    as_prepared,
    classes_as_read,  ///< targets that are classes stay 0 and 1
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

/// Reads tables or, without --modality, puts moments of parts together. Shows progress.
///
/// \param rows  Rows can be kept of tables only.
/// \throws data::input_error naming an option or a file.
[[nodiscard]] samples_read read_samples(const arguments& given, keep_rows rows = keep_rows::no);

/// Reads moments of held-out samples, and checks that they can be compared with those of training.
///
/// \throws data::input_error  naming held-out and the file: they are of other columns or prepared
///         otherwise.
[[nodiscard]] data::sample_summary read_held_out(const std::string& file,
                                                 const data::sample_summary& training);

}  // namespace fusionflow::cli
