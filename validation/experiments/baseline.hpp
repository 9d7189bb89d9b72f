#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/experiments/check_result.hpp"

namespace fusionflow::validation {

/// What became of a check since an earlier run.
struct change {
    enum class kind {
        added,    ///< the earlier run did not have it
        missing,  ///< only the earlier run had it
        verdict,  ///< it passes in one of the two runs only
        moved,    ///< the measured value moved beyond noise
        noise     ///< the measured value moved within noise
    };
    kind what;
    std::string name;
    double before = 0;  ///< measured; NaN where unknown
    double now = 0;
    bool passed = true;  ///< in this run; in the earlier one for a missing check
};

[[nodiscard]] std::string_view to_string(change::kind k);

/// Compares with the JSON of an earlier `validate --format json` (or a report's results.json).
///
/// A measured value moved beyond noise if it changed by more than three standard errors of the
/// difference, or, where nothing is random, by more than 1e-6 of itself. Values that agree to 1e-9
/// are not listed.
///
/// \param text    The JSON text.
/// \param source  The name of its file, for errors.
/// \throws data::input_error naming baseline: not JSON, or not of that kind.
/// \see tests/validation/baseline_test.cpp
[[nodiscard]] std::vector<change> compare_with_baseline(const std::vector<check_result>& checks,
                                                        const std::string& text,
                                                        const std::string& source);

}  // namespace fusionflow::validation
