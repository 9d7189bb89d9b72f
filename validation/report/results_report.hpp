#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/experiments/baseline.hpp"
#include "fusionflow/validation/experiments/suite.hpp"

namespace fusionflow::validation {

/// Checks of some suites as JSON: `checks[]` {`name`, `claim`, `says`, `expected`, `measured`,
/// `standard_error`, `error`, `tolerance`, `reason`, `passed`, `trouble`}, `experiments[]` {`name`,
/// `title`, `claim`, `finding`, `runs`, `failed_runs`}, `passed`, `failed`, `provenance`.
///
/// \param with_runs  Also what was measured of every run: `experiments[].measured[]`.
/// \param changes    Since an earlier run: `changes[]` {`what`, `name`, `before`, `now`}; null: not
///                   compared.
/// \return           Text; numbers that are not finite are null.
[[nodiscard]] std::string results_json(const std::vector<suite_result>& suites,
                                       const std::string& provenance, bool with_runs,
                                       const std::vector<change>* changes = nullptr);

/// The same for people: a line per check with the case that came closest to what is allowed, lines
/// for what failed, the finding of each experiment, what changed, and the counts.
[[nodiscard]] std::string results_text(const std::vector<suite_result>& suites,
                                       const std::vector<change>* changes = nullptr);

/// What is in some suites: `suites[]` {`name`, `about`, `checks[]` {`name`, `claim`},
/// `experiments[]` {`name`, `title`, `claim`}}.
[[nodiscard]] std::string suites_json(const std::vector<suite>& suites);

/// The suites and the claims of their experiments, for people.
[[nodiscard]] std::string suites_text(const std::vector<suite>& suites);

/// JUnit's XML: a test suite per suite, a test case per check; what failed says what was expected.
[[nodiscard]] std::string results_junit(const std::vector<suite_result>& suites,
                                        const std::string& provenance);

}  // namespace fusionflow::validation
