#pragma once

#include <string>

#include "fusionflow/validation/study/table.hpp"

namespace fusionflow::validation {

enum class table_format { text, markdown, csv, latex, json };

/// The format of a file by its ending, .md .csv .tex .json.
///
/// \throws data::input_error with field "output".
[[nodiscard]] table_format format_of_file(const std::string& file);

/// How rows are laid out.
enum class table_layout {
    rows,  ///< one row per grid point, method and repeat
    wide,  ///< one row per grid point and modality, and one for the ratio; a column per method
};

/// The text of a table.
///
/// rows: columns are the axes, method, repeat, time_<name> per modality, time_ratio, outcome.
/// wide: the axes, modality, the time by each method (mean +- standard error where a method has
/// repeats) and its relative difference to the reduced flow, else the exact flow, else the first
/// method. With `ratio_of` the ratio of that method's time (or mean) to each other one is there
/// instead. "never" is inf in CSV and null in JSON; unknown is empty in CSV, null in JSON and "-"
/// elsewhere. CSV and JSON hold all digits, the others eight.
///
/// \param provenance  One line: version, options, seed, tolerance; a comment of the format, a key
///                    of JSON, a last line of markdown, nothing in text.
/// \param ratio_of    For the wide layout: one of the methods, or empty.
/// \throws data::input_error as check_ratio_of().
/// \see tests/validation/table_format_test.cpp
[[nodiscard]] std::string format_table(const table& t, table_layout layout, table_format format,
                                       const std::string& provenance,
                                       const std::string& ratio_of = {});

/// \throws data::input_error with field "ratio-of" if `name` is none of the methods.
void check_ratio_of(const std::string& name, const std::vector<std::string>& methods);

}  // namespace fusionflow::validation
