#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/experiments/check_result.hpp"

namespace fusionflow::validation {

/// What became of a check since an earlier run.
struct change {
    enum class kind {
        added,    ///< was not there
        missing,  ///< is not there any more
        verdict,  ///< passes now and did not, or the other way round
        moved,    ///< what was measured moved beyond noise
        noise     ///< it moved within noise
    };
    kind what;
    std::string name;
    double before = 0;  ///< measured; NaN where unknown
    double now = 0;
    bool passed = true;  ///< now; of missing ones then
};

[[nodiscard]] std::string_view to_string(change::kind k);

/// Compares with the JSON of an earlier `validate --format json` (or a report's results.json).
///
/// A measured value moved beyond noise if it changed by more than three standard errors of both
/// runs, or, where there are none (nothing is random), by more than 1e-6 of itself. What stayed the
/// same to 1e-9 is not listed.
///
/// \param text    Of the file.
/// \param source  Its name, for errors.
/// \throws data::input_error naming baseline: not JSON, or not of that kind.
/// \see tests/validation/baseline_test.cpp
[[nodiscard]] std::vector<change> compare_with_baseline(const std::vector<check_result>& checks,
                                                        const std::string& text,
                                                        const std::string& source);

}  // namespace fusionflow::validation
