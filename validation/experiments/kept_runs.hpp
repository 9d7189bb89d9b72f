#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fusionflow/validation/experiments/measure.hpp"
#include "fusionflow/validation/study/journal.hpp"

namespace fusionflow::validation {

/// A run as a row of a journal: its values in the order of the quantities, and with its path if
/// that is asked for. All bits of the numbers are kept.
[[nodiscard]] journal_row keep_run(const run_record& record,
                                   const std::vector<std::string>& quantities, bool with_path);

/// Reads what keep_run() wrote; nothing where the row has another number of values than there are
/// quantities, or has no path though one is asked for.
///
/// \see tests/validation/kept_runs_test.cpp
[[nodiscard]] std::optional<run_record> read_run(const journal_row& row,
                                                 const std::vector<std::string>& quantities,
                                                 bool with_path);

}  // namespace fusionflow::validation
