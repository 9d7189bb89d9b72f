#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "fusionflow/data/moment_sums.hpp"
#include "fusionflow/data/readers/sample_summary.hpp"

namespace fusionflow::data {

/// Which columns of samples are left, and what they are then called.
struct column_subset {
    std::vector<Eigen::Index> kept{};    ///< indices among the D + K columns, ascending
    summary_labels labels{};             ///< labels of the kept columns
    std::vector<std::string> dropped{};  ///< names of the inputs that are left out
};

/// Keeps all targets and the inputs that vary.
///
/// \throws input_error  with an empty field: no input of some modality varies.
/// \see tests/data/column_subset_test.cpp
[[nodiscard]] column_subset varying_columns(const sample_statistics& of,
                                            const summary_labels& labels);

/// The statistics of the kept columns alone.
[[nodiscard]] sample_statistics select_columns(const sample_statistics& of,
                                               const std::vector<Eigen::Index>& kept);

/// Columns put into the order of other samples.
struct aligned_columns {
    sample_statistics statistics{};
    summary_labels labels{};
    std::vector<std::string> dropped{};  ///< inputs that the others do not have
};

/// Takes the inputs and targets that other samples have, in their order.
///
/// A class or category (`sex=male` beside another `sex=...`) that only the others have becomes a
/// column of zeros here.
///
/// \param drop  Whether to leave out inputs that the others do not have; else they stay, at the end
///              of their modality. \see summarise_as, which refuses them
[[nodiscard]] aligned_columns align_columns(const sample_statistics& of,
                                            const summary_labels& labels,
                                            const summary_labels& like, bool drop);

}  // namespace fusionflow::data
