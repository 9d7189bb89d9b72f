#pragma once

#include <vector>

#include "fusionflow/validation/experiments/check_result.hpp"
#include "fusionflow/validation/experiments/measure.hpp"

namespace fusionflow::validation {

/// What an experiment as a whole says of its claim.
enum class finding {
    confirmed,
    qualified,     ///< all statements hold, and some say where the claim ends
    contradicted,  ///< all statements hold, and some say that the claim does not
    failed         ///< some statement does not hold
};

[[nodiscard]] std::string_view to_string(finding f);

/// Results of all statements: one per selected point, or one over all points for distributions,
/// convergence and counted outcomes.
///
/// A result has passed where |measured - expected| / |expected| <= tolerance + standard_errors *
/// (standard error of both means) / |expected|, or where the measured value lies in the range that
/// the statement allows. Runs that ended in trouble make a result fail. Where a statement says how
/// many points with an unstable step size there may be, those are left out, and counted by a result
/// of their own.
///
/// \see tests/validation/experiment_test.cpp
[[nodiscard]] std::vector<check_result> judge(const experiment& e, const measurements& m);

/// What the results of all statements of one experiment say together.
[[nodiscard]] finding conclude(const std::vector<check_result>& results);

}  // namespace fusionflow::validation
