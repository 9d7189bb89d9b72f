#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/experiments/baseline.hpp"
#include "fusionflow/validation/experiments/suite.hpp"

namespace fusionflow::validation {

/// The results of suites as JSON: `checks[]` {`name`, `claim`, `says`, `expected`, `measured`,
/// `standard_error`, `error`, `tolerance`, `reason`, `passed`, `trouble`}, `experiments[]` {`name`,
/// `title`, `claim`, `finding`, `runs`, `failed_runs`}, `passed`, `failed`, `provenance`.
///
/// \param with_runs  Whether to give what was measured of every run: `experiments[].measured[]`.
/// \param changes    Changes since an earlier run, for `changes[]` {`what`, `name`, `before`,
///                   `now`}; null: not compared.
/// \return           The text; numbers that are not finite are null.
[[nodiscard]] std::string results_json(const std::vector<suite_result>& suites,
                                       const std::string& provenance, bool with_runs,
                                       const std::vector<change>* changes = nullptr);

/// The results for people: a line per check with the case that came closest to its limits, lines
/// for what failed, the finding of each experiment, what changed, and the counts.
[[nodiscard]] std::string results_text(const std::vector<suite_result>& suites,
                                       const std::vector<change>* changes = nullptr);

/// The contents of suites as JSON: `suites[]` {`name`, `about`, `checks[]` {`name`, `claim`},
/// `experiments[]` {`name`, `title`, `claim`}}.
[[nodiscard]] std::string suites_json(const std::vector<suite>& suites);

/// The suites and the claims of their experiments, for people.
[[nodiscard]] std::string suites_text(const std::vector<suite>& suites);

/// JUnit's XML: a test suite per suite, a test case per check; a failure says what was expected.
[[nodiscard]] std::string results_junit(const std::vector<suite_result>& suites,
                                        const std::string& provenance);

}  // namespace fusionflow::validation
