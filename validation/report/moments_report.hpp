#pragma once

#include <string>

#include "fusionflow/data/readers/sample_summary.hpp"

namespace fusionflow::validation {

/// A summary for people of moments of samples: the number of samples, and for each modality its
/// inputs, rank on the samples, |s_m| and condition.
///
/// \param part  Which samples they are, for the first line, such as "training"; may be empty.
[[nodiscard]] std::string to_text(const data::sample_summary& s, const std::string& part);

}  // namespace fusionflow::validation
