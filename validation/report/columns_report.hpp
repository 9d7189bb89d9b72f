#pragma once

#include <string>
#include <vector>

#include "fusionflow/data/readers/column_facts.hpp"
#include "fusionflow/data/readers/table_source.hpp"

// What is in the columns of a table, as JSON and for people.
namespace fusionflow::validation {

/// Warnings for whoever uses the table next: its own notes, and columns of numbers that have a few
/// texts.
///
/// \param facts    The answer of table.survey().
/// \param decimal  The decimal mark of its numbers.
[[nodiscard]] std::vector<std::string> warnings_of(const data::table_source& table,
                                                   const std::vector<data::column_facts>& facts,
                                                   char decimal);

/// JSON: `columns[]` {`name`, `kind`, `rows`, `missing`, `constant`, `least`, `most`, `texts`,
/// `labels[]`}, `warnings[]`, `provenance`.
///
/// \see docs/cli.md; tests/validation/columns_report_test.cpp
[[nodiscard]] std::string json_text(const std::vector<data::column_facts>& facts,
                                    const std::vector<std::string>& warnings,
                                    const std::string& provenance);

/// A row per column: name, kind, rows, missing values, and range or examples of its texts.
[[nodiscard]] std::string to_text(const std::vector<data::column_facts>& facts);

}  // namespace fusionflow::validation
