#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fusionflow/validation/experiments/measure.hpp"
#include "fusionflow/validation/study/journal.hpp"

namespace fusionflow::validation {

/// A run as a row of a journal: its values in the order of the quantities, and its path if that is
/// wanted. All bits of the numbers are kept.
[[nodiscard]] journal_row keep_run(const run_record& record,
                                   const std::vector<std::string>& quantities, bool with_path);

/// Reads what keep_run wrote; nothing if it has not as many values as there are quantities, or no
/// path where one is wanted.
///
/// \see tests/validation/kept_runs_test.cpp
[[nodiscard]] std::optional<run_record> read_run(const journal_row& row,
                                                 const std::vector<std::string>& quantities,
                                                 bool with_path);

}  // namespace fusionflow::validation
