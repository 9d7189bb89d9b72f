#pragma once

#include <string>

#include "fusionflow/data/readers/sample_summary.hpp"

namespace fusionflow::validation {

/// What people want to know of moments of samples: how many, and of each modality inputs, rank on
/// the samples, |s_m| and condition.
///
/// \param part  Whose samples they are, for the first line: "training", or empty.
[[nodiscard]] std::string to_text(const data::sample_summary& s, const std::string& part);

}  // namespace fusionflow::validation
