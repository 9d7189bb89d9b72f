#pragma once

#include <memory>
#include <string>

#include "fusionflow/data/byte_source.hpp"
#include "fusionflow/data/readers/table_source.hpp"

namespace fusionflow::data {

/// A table in CSV or TSV: UTF-8, a header line of column names, quotes by RFC 4180 (line ends in
/// quotes too), LF or CR LF, with or without a byte order mark. Pieces of a block are read side by
/// side (oneTBB), and the next block while one is worked on; neither changes values or refusals.
///
/// \param source  Stands at its first byte.
/// \throws input_error  naming the place: column names that are not UTF-8 or not different, more
///         than 100,000 columns, a record of more than 16 MiB.
/// \see docs/file-formats.md#samples; tests/data/csv_table_test.cpp
[[nodiscard]] std::unique_ptr<table_source> open_csv(std::unique_ptr<file_bytes> source,
                                                     const std::string& file,
                                                     const table_options& options);

}  // namespace fusionflow::data
