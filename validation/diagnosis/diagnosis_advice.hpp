#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"

namespace fusionflow::validation {

/// What follows from a diagnosis, in texts with their numbers: which modality is learned first,
/// where to fuse within a budget of epochs, which modalities need more samples, when to stop.
///
/// \param d  Complete but for its advice and warnings.
[[nodiscard]] std::vector<std::string> advise(const diagnosis_request& request, const diagnosis& d);

/// Number of networks of the ensemble that ended without trouble but have no time for some
/// modality, because its weights began above half of what they reach.
[[nodiscard]] long networks_that_begin_above(const fusion_facts& fusion);

}  // namespace fusionflow::validation
