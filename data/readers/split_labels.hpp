#pragma once

#include <string>
#include <vector>

namespace fusionflow::data {

/// For each label of a column that splits samples, whether its rows are held out.
///
/// If `texts` is empty, `test`, `validation`, `dev`, `held out` and the like are held out, `train`
/// and `training` are not, in capitals or not.
///
/// \param column  Its name, for refusals.
/// \param texts   The labels whose rows are held out; a number matches in any spelling.
/// \throws input_error  with an empty field: a label of neither kind, a text that no row has, or
///         all or no labels are held out.
/// \see tests/data/split_labels_test.cpp
[[nodiscard]] std::vector<unsigned char> held_out_labels(const std::string& column,
                                                         const std::vector<std::string>& labels,
                                                         const std::vector<std::string>& texts);

}  // namespace fusionflow::data
