#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/study/table.hpp"

namespace fusionflow::validation {

/// A table and where it comes from.
struct merged_table {
    table whole;
    std::string provenance;
};

/// Puts the shards of one table together to the table that one run gives, row for row and bit for
/// bit. Only its `labels`, which the wide layout needs, stay empty.
///
/// \param files  CSV files of `table --shard i/n`, each shard once, in any order.
/// \param jobs   Threads to write the table with.
/// \throws data::input_error naming the file that cannot be read, is torn or is of another table,
///         or `merge`: there are no files, or shards are missing or given twice.
/// \see tests/validation/merge_test.cpp
[[nodiscard]] merged_table merge_shards(const std::vector<std::string>& files, int jobs);

/// JSON with the keys shards (how many), rows, output (the file of the whole table), provenance.
[[nodiscard]] std::string json_text(const merged_table& merged, std::size_t shards,
                                    const std::string& output);

}  // namespace fusionflow::validation
