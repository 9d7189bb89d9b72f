#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fusionflow/data/readers/table_source.hpp"

namespace fusionflow::data {

/// Opens tables with the same columns as one table: their rows follow one another.
///
/// \param files  At least one.
/// \throws input_error  naming the file: it is no table; later, while reading: its columns are not
///         those of the first.
[[nodiscard]] std::unique_ptr<table_source> open_tables(const std::vector<std::string>& files,
                                                        const table_options& options);

}  // namespace fusionflow::data
