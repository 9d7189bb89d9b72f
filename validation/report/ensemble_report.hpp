#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "fusionflow/validation/report/run_report.hpp"
#include "fusionflow/validation/study/ensemble.hpp"

// The answers of many networks of different seeds, as JSON and for people.
namespace fusionflow::validation {

/// JSON with the keys learned, never, unknown (numbers of runs), and mean, standard_error,
/// quantiles of the runs that learned.
[[nodiscard]] nlohmann::ordered_json to_json(const spread& s);

/// JSON with the keys repeats, ensemble, runs, warnings, representation, those of training_json(),
/// provenance. json_text() is its text.
/// \see docs/cli.md; tests/validation/ensemble_report_test.cpp
[[nodiscard]] nlohmann::ordered_json to_json(const run_question& asked, const ensemble& e);
[[nodiscard]] std::string json_text(const run_question& asked, const ensemble& e);

/// The ensemble for people, without the single runs, warnings and provenance.
[[nodiscard]] std::string to_text(const data::moments& moments, const ensemble& e);

/// Warnings about runs that are left out of a modality's mean and quantiles, with their number.
[[nodiscard]] std::vector<std::string> warnings_of(const data::moments& moments, const ensemble& e);

}  // namespace fusionflow::validation
