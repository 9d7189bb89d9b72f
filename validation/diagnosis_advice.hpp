#pragma once

#include <string>
#include <vector>

#include "validation/diagnosis.hpp"

namespace fusionflow::validation {

/// What follows from a diagnosis, a sentence with numbers each: what to fuse where within a budget
/// of epochs, which modalities need more samples, when to stop.
///
/// \param d  Complete but for its advice.
[[nodiscard]] std::vector<std::string> advise(const diagnosis_request& request, const diagnosis& d);

/// Median over an ensemble of the time at which the last modality is learned; never where more than
/// half of the networks do not learn all, NaN where that is not known.
[[nodiscard]] double median_end(const ensemble& networks);

}  // namespace fusionflow::validation
