#pragma once

#include <string>

#include "fusionflow/cli/answer.hpp"
#include "fusionflow/validation/diagnosis/diagnosis.hpp"

// What diagnose answers.
namespace fusionflow::cli {

/// Keys modalities, first_learned, explains_most, superficial_preference, explained, plateaus,
/// fusions, advice, warnings, provenance.
[[nodiscard]] json to_json(const validation::diagnosis_request& request,
                           const validation::diagnosis& d, const std::string& provenance);

/// The same for people; times in epochs where there is a learning rate.
[[nodiscard]] std::string to_text(const validation::diagnosis_request& request,
                                  const validation::diagnosis& d);

}  // namespace fusionflow::cli
