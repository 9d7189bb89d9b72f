#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/study/shard.hpp"
#include "fusionflow/validation/study/table.hpp"

namespace fusionflow::validation {

/// The CSV of a shard: its rows as a table, with a second comment line that says which shard of
/// which table it is (docs/file-formats.md#shards).
///
/// \param provenance  That of the table, the same for all of its shards.
[[nodiscard]] std::string format_shard(const table& t, const std::string& provenance);

/// What the file of a shard holds.
struct shard_content {
    std::string file;
    std::string provenance;
    shard part;
    std::size_t all_rows = 0;  ///< rows of the whole table
    std::string grid;          ///< as --grid takes it; empty: no axes
    std::string table_id;      ///< checksum of version, options and moments
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

/// Reads what format_shard wrote.
///
/// \throws data::input_error naming the file: not there, not a shard, torn or changed.
/// \see tests/validation/merge_test.cpp
[[nodiscard]] shard_content read_shard(const std::string& file);

}  // namespace fusionflow::validation
