#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/solver/model.hpp"
#include "fusionflow/theory/prediction/sensitivity.hpp"

// What closed forms say of a model, as JSON and for people.
namespace fusionflow::validation {

/// A model, and all that closed forms say of it.
struct prediction_report {
    solver::model about;
    theory::prediction found;
    std::optional<theory::sensitivity_table> changes{};
};

/// Predicts by the learning rate and the weight decay of the model.
///
/// \param with_changes  Whether to find what 1 % more of each parameter does to the times, too.
/// \throws data::input_error as theory::predict() and theory::sensitivities().
[[nodiscard]] prediction_report predict(solver::model about, bool with_changes);

/// Warnings about times that are null and about the limits of the formulas.
[[nodiscard]] std::vector<std::string> warnings_of(const prediction_report& r);

/// JSON with the keys modalities, modes, time ratios, fixed_points, superficial_preference,
/// permanent_bias, outcome, warnings, provenance, and sensitivities where they were asked for.
/// json_text() is its text.
///
/// \param provenance  Version, commit, options: one line.
/// \see docs/cli.md; tests/validation/prediction_report_test.cpp
[[nodiscard]] nlohmann::ordered_json to_json(const prediction_report& r,
                                             const std::string& provenance);
[[nodiscard]] std::string json_text(const prediction_report& r, const std::string& provenance);

/// The prediction for people, without warnings and provenance; times are in epochs too where there
/// is a learning rate.
[[nodiscard]] std::string to_text(const prediction_report& r);

}  // namespace fusionflow::validation
