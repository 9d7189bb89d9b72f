#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"

namespace fusionflow::validation {

/// What follows from a diagnosis, in texts with their numbers: which modality is learned first,
/// where to fuse within a budget of epochs, which modalities need more samples, when to stop.
///
/// \param d  Complete but for its advice and warnings.
[[nodiscard]] std::vector<std::string> advise(const diagnosis_request& request, const diagnosis& d);

/// The modality with the earliest median; absent where none has a time.
[[nodiscard]] std::optional<int> earliest(const fusion_facts& fusion);

/// Where the networks begin, for people: their initial norm, or that it is their scheme's.
[[nodiscard]] std::string start_text(const fusion_facts& fusion);

/// Number of networks of the ensemble that ended without trouble but have no time for some
/// modality, because it began above one half.
[[nodiscard]] long networks_that_begin_above(const fusion_facts& fusion);

}  // namespace fusionflow::validation
