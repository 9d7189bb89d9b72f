#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fusionflow/data/moment_sums.hpp"
#include "fusionflow/data/moments.hpp"

namespace fusionflow::data {

/// What was done to samples before their second moments were taken.
enum class preparation {
    as_read,
    centered,      ///< the mean taken off
    standardized,  ///< also divided by the standard deviation (classes are not)
};

/// Names of columns: D inputs, K targets.
struct column_names {
    std::vector<std::string> inputs{};
    std::vector<std::string> targets{};
};

/// Second moments of N samples, with what is needed to merge them with those of other samples.
/// Vectors have D + K numbers, inputs first.
struct sample_summary {
    moments values;
    std::uint64_t samples = 0;  ///< N, >= 1
    column_names columns{};
    preparation prepared = preparation::as_read;
    bool classes = false;    ///< targets are classes, 0 or 1: standardizing does not scale them
    bool by_others = false;  ///< prepared by the mean and deviation of the training part
    Eigen::VectorXd mean{};  ///< of these samples, before preparation
    Eigen::VectorXd mean_rest{};  ///< what rounding took off the mean; 0 where it was not needed
    Eigen::VectorXd scale{};      ///< what columns were divided by; 1 where they were not
};

/// The names and sizes that summarise() puts into a summary.
struct summary_labels {
    std::vector<std::string> names{};  ///< of modalities
    std::vector<int> dims{};           ///< of modalities; D in all
    column_names columns{};
    bool classes = false;  ///< targets are classes
};

/// Second moments of prepared samples,
///
///     <(z - c)(z - c)^T> / (d d^T),    c = 0 or mean,    d = 1 or standard deviation
///
/// \param of      The samples z = (x, y), D + K columns, at least one row.
/// \param like    Gives mean and deviation: `of` itself, or the statistics of the training part.
/// \throws input_error  with an empty field: a column without variance is to be standardized.
/// \see docs/file-formats.md#samples; tests/data/sample_summary_test.cpp
[[nodiscard]] sample_summary summarise(const sample_statistics& of, const summary_labels& labels,
                                       preparation prepared, const sample_statistics& like);

/// Second moments of samples prepared as others were: by the mean and scale that `like` keeps.
///
/// \param like  A summary that was prepared by its own mean.
/// \throws input_error  with an empty field: `like` was prepared by the mean of others, or has
///         other modalities or columns. \see align_columns
[[nodiscard]] sample_summary summarise_as(const sample_statistics& of, const summary_labels& labels,
                                          const sample_summary& like);

/// Refuses held-out samples that cannot be compared with training samples: they have other
/// modalities, columns or scales, or were not prepared by the mean and scale of those.
///
/// \throws input_error  with an empty field, naming both preparations.
void check_held_out(const sample_summary& training, const sample_summary& held_out);

/// The summary of all samples of two summaries, as if they had been one table.
///
/// \throws input_error  with an empty field: modalities, columns or preparation differ, or one was
///         prepared with the mean of others.
[[nodiscard]] sample_summary merged(const sample_summary& a, const sample_summary& b);

/// A preparation as JSON has it: `standardized`, `standardized_as_training`, ...
[[nodiscard]] std::string spell_preparation(const sample_summary& s);

/// The JSON text of moments, with the keys samples, prepared, columns, mean and, where they are
/// needed, classes, mean_rest and scale.
[[nodiscard]] std::string format_summary(const sample_summary& s, const std::string& provenance);

/// Reads what format_summary() wrote. \throws input_error naming the file.
[[nodiscard]] sample_summary read_summary(const std::filesystem::path& file);

}  // namespace fusionflow::data
