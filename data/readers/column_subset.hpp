#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "fusionflow/data/moment_sums.hpp"
#include "fusionflow/data/readers/sample_summary.hpp"

namespace fusionflow::data {

/// Which columns of samples are left, and what they are then called.
struct column_subset {
    std::vector<Eigen::Index> kept{};    ///< of the D + K columns, ascending
    summary_labels labels{};             ///< of those
    std::vector<std::string> dropped{};  ///< names of the inputs that are not
};

/// All targets and the inputs that vary.
///
/// \throws input_error  with an empty field: no input of a modality does.
/// \see tests/data/column_subset_test.cpp
[[nodiscard]] column_subset varying_columns(const sample_statistics& of,
                                            const summary_labels& labels);

/// The statistics of some columns.
[[nodiscard]] sample_statistics select_columns(const sample_statistics& of,
                                               const std::vector<Eigen::Index>& kept);

/// Columns in the order of other samples.
struct aligned_columns {
    sample_statistics statistics{};
    summary_labels labels{};
    std::vector<std::string> dropped{};  ///< inputs that the others do not have
};

/// The inputs and targets that other samples have, in their order.
///
/// A class or a category (`sex=male` beside another `sex=...`) that no sample has is a column of
/// zeros, as it is where the others have it.
///
/// \param drop  Leave out inputs that the others do not have; else they stay, at the end of their
///              modality. \see summarise_as, which refuses them
[[nodiscard]] aligned_columns align_columns(const sample_statistics& of,
                                            const summary_labels& labels,
                                            const summary_labels& like, bool drop);

}  // namespace fusionflow::data
