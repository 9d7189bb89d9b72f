#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"

namespace fusionflow::validation {

/// What follows from a diagnosis, a sentence with numbers each: what to fuse where within a budget
/// of epochs, which modalities need more samples, when to stop.
///
/// \param d  Complete but for its advice.
[[nodiscard]] std::vector<std::string> advise(const diagnosis_request& request, const diagnosis& d);

/// Of an ensemble: networks that came to their end without a time for some modality, because its
/// weights began above its level.
[[nodiscard]] long networks_that_begin_above(const fusion_facts& fusion);

}  // namespace fusionflow::validation
