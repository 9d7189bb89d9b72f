#pragma once

#include <vector>

#include "fusionflow/validation/experiments/check_result.hpp"
#include "fusionflow/validation/experiments/measure.hpp"

namespace fusionflow::validation {

/// What an experiment as a whole says of its claim.
enum class finding {
    confirmed,
    qualified,     ///< everything holds, some of it says where the claim ends
    contradicted,  ///< everything holds, some of it says that the claim does not
    failed         ///< some statement does not hold
};

[[nodiscard]] std::string_view to_string(finding f);

/// Results of all statements, one per selected point (distributions: one).
///
/// Passed where |measured - expected| / |expected| <= tolerance + standard_errors * (standard error
/// of both means) / |expected|, or where the measured value lies in the range that the statement
/// allows; check_result::allowed is all that is allowed. Runs that ended in trouble make a result
/// fail, but points at which a step size is unstable are left out, and counted by a result of their
/// own, where the statement says how many of them there may be.
///
/// \see tests/validation/experiment_test.cpp
[[nodiscard]] std::vector<check_result> judge(const experiment& e, const measurements& m);

/// \param results  Of the statements of one experiment.
[[nodiscard]] finding conclude(const std::vector<check_result>& results);

}  // namespace fusionflow::validation
