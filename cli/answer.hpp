#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fusionflow/cli/streams.hpp"
#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/answer.hpp"
#include "fusionflow/theory/learning.hpp"

namespace fusionflow::cli {

using json = nlohmann::ordered_json;

/// A number, or null where it is not finite.
[[nodiscard]] json number(double value);

/// A time for people: eight digits, "never", or "-" where it is unknown.
[[nodiscard]] std::string spell(double value);

/// What to say about times that are null: one warning per modality that is never learned, and one
/// for an outcome that is not `learned`.
[[nodiscard]] std::vector<std::string> warnings_of(const data::moments& moments,
                                                   const theory::learning& answer);

/// Keys that integrate and simulate share: modalities, time_ratio, phases, outcome, cost, warnings,
/// provenance.
[[nodiscard]] json to_json(const data::moments& moments, const solver::answer& run,
                           const std::string& provenance);

/// The same for people.
///
/// \param epochs  One per modality, or empty.
[[nodiscard]] std::string to_text(const data::moments& moments, const solver::answer& run,
                                  const std::vector<double>& epochs);

/// As files and stdout have it: lines, indented by two spaces.
[[nodiscard]] std::string to_text(const json& value);
void print(const json& value);

}  // namespace fusionflow::cli
