#pragma once

#include <vector>

#include "fusionflow/data/readers/sample_summary.hpp"
#include "fusionflow/data/samples.hpp"

namespace fusionflow::data {

/// Rows of a table as samples, prepared as the table's moments were: columns less the mean, over
/// the deviation, that the summary keeps.
///
/// \param values   P rows as they were read: inputs, then targets.
/// \param kept     The columns of `values` that the summary has, in its order; empty: all.
/// \param like     The summary of the rows that means and deviations are taken from.
/// \param classes  True: targets that are classes stay 0 and 1, whatever the preparation.
/// \throws input_error  as data::samples.
/// \see tests/data/sample_rows_test.cpp
[[nodiscard]] samples samples_of_rows(const row_matrix& values,
                                      const std::vector<Eigen::Index>& kept,
                                      const sample_summary& like, bool classes);

}  // namespace fusionflow::data
