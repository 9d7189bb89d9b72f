#pragma once

#include <string>
#include <vector>

#include "validation/check.hpp"
#include "validation/work_done.hpp"

namespace fusionflow::validation {

/// A named list of checks.
struct suite {
    std::string name;
    std::string about;  ///< one sentence
    std::vector<check> checks;
};

/// Names of the suites that come with the program.
[[nodiscard]] std::vector<std::string> suite_names();

/// Reads a suite from TOML (docs/file-formats.md#suites).
///
/// \param text    The TOML text.
/// \param source  What errors call it, a file name as a rule.
/// \throws data::input_error  with `source` as its field: not TOML, a key that is missing, unknown
///         or of the wrong kind, a value that breaks a rule; always with the line.
[[nodiscard]] suite parse_suite(std::string_view text, const std::string& source);

/// One of suite_names(), or a file ending in .toml. \throws data::input_error naming it.
[[nodiscard]] suite load_suite(const std::string& name_or_file);

/// Runs the checks of a suite on some threads; the results are in the order of the suite, whatever
/// the number of threads. Names of results start with the suite's name.
///
/// \param jobs      Threads, >= 1.
/// \param progress  Checks; one that failed has a case that did.
/// \see tests/validation/suite_test.cpp
[[nodiscard]] std::vector<check_result> run_suite(const suite& s, int jobs,
                                                  const progress_report& progress = {});

}  // namespace fusionflow::validation
