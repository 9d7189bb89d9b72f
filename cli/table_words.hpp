#pragma once

#include <vector>

#include "fusionflow/cli/arguments.hpp"
#include "fusionflow/data/readers/table_options.hpp"

// The options that say how tables are read, for every command that reads some.
namespace fusionflow::cli {

/// --missing, --missing-marks, --delimiter, --no-header and so on.
[[nodiscard]] std::vector<option> table_reading_options();

/// Reads those options. \throws data::input_error naming the option.
[[nodiscard]] data::table_options read_table_options(const arguments& given);

}  // namespace fusionflow::cli
