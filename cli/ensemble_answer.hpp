#pragma once

#include <string>

#include "cli/answer.hpp"
#include "validation/ensemble.hpp"

// What simulate --repeats answers.
namespace fusionflow::cli {

/// Keys of many runs: repeats, ensemble, runs, warnings.
[[nodiscard]] json to_json(const data::moments& moments, const validation::ensemble& e);

/// The same for people, without the single runs and the warnings.
[[nodiscard]] std::string to_text(const data::moments& moments, const validation::ensemble& e);

/// What is left out of the means, and how often a run did not end in `learned`.
[[nodiscard]] std::vector<std::string> warnings_of(const data::moments& moments,
                                                   const validation::ensemble& e);

}  // namespace fusionflow::cli
