#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fusionflow::data {

/// The columns that a selection names, in its order: a comma list of
///
///     age              a column of this name
///     "a,b"            the same where the name has commas or spaces at its ends
///     a..d             from a to d, by their position in the table
///     s*  x?           what matches (* any characters, ? one), by position
///
/// If the name of a column is the whole item, that column is meant. Patterns pass over columns
/// without a name, such as the row numbers that pandas writes.
///
/// \param named  Columns that patterns pass over because a selection names them.
/// \param hint   Why columns may differ from those expected; added to refusals.
/// \return  Numbers of columns, from 0; a column that is named twice is there twice.
/// \throws input_error  with an empty field: an item that is empty, matches nothing (said with the
///         columns that there are), or is a range that goes backwards.
/// \see tests/data/selected_columns_test.cpp
[[nodiscard]] std::vector<std::size_t> find_columns(const std::vector<std::string>& columns,
                                                    std::string_view selection,
                                                    const std::set<std::string>& named = {},
                                                    const std::string& hint = "");

/// The items of a selection.
///
/// \throws input_error  with an empty field where it is no record of CSV.
[[nodiscard]] std::vector<std::string> selection_items(std::string_view selection);

}  // namespace fusionflow::data
