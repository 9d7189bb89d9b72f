#pragma once

#include <string>
#include <vector>

#include "fusionflow/cli/answer.hpp"
#include "fusionflow/validation/study/ensemble.hpp"

// What simulate --repeats answers.
namespace fusionflow::cli {

/// A list, null for what is not finite.
[[nodiscard]] json numbers(const std::vector<double>& values);

/// Keys mean, standard_error, quantiles of what is finite.
[[nodiscard]] json spread_json(const validation::spread& s);

/// Keys of many runs: repeats, ensemble, runs, warnings.
[[nodiscard]] json to_json(const data::moments& moments, const validation::ensemble& e);

/// The same for people, without the single runs and the warnings.
[[nodiscard]] std::string to_text(const data::moments& moments, const validation::ensemble& e);

/// What is left out of the means, and how often a run did not end in `learned`.
[[nodiscard]] std::vector<std::string> warnings_of(const data::moments& moments,
                                                   const validation::ensemble& e);

}  // namespace fusionflow::cli
