#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "fusionflow/validation/report/run_report.hpp"
#include "fusionflow/validation/study/ensemble.hpp"

// What many networks of different seeds answer, as JSON and for people.
namespace fusionflow::validation {

/// Keys learned, never, unknown: numbers of runs; mean, standard_error, quantiles of the learned.
[[nodiscard]] nlohmann::ordered_json to_json(const spread& s);

/// Keys repeats, ensemble, runs, warnings, representation, those of training_json(), provenance.
/// json_text() is it as text.
/// \see docs/cli.md; tests/validation/ensemble_report_test.cpp
[[nodiscard]] nlohmann::ordered_json to_json(const run_question& asked, const ensemble& e);
[[nodiscard]] std::string json_text(const run_question& asked, const ensemble& e);

/// The same for people, without the single runs, warnings and provenance.
[[nodiscard]] std::string to_text(const data::moments& moments, const ensemble& e);

/// What is left out of the means, and how often.
[[nodiscard]] std::vector<std::string> warnings_of(const data::moments& moments, const ensemble& e);

}  // namespace fusionflow::validation
