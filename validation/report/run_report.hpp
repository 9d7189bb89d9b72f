#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/methods/flow_sensitivity.hpp"
#include "fusionflow/validation/study/sample_scores.hpp"

// The answers of flows and networks, as JSON and for people.
namespace fusionflow::validation {

/// What was asked of a flow or a network. It refers to a model and a method, which must outlive it.
struct run_question {
    const solver::model& about;
    const solver::method& how;
    std::string weights{};     ///< the file of the weights at the start; empty: they were drawn
    std::string provenance{};  ///< version, commit, options, seeds: one line
    /// Of a network on samples: how well it answers them in the end; null: not asked for.
    const trained_scores* scores = nullptr;
};

/// Warnings: those of the answer itself, then one per modality that is never learned or was not
/// seen to be learned, and one for an outcome other than `learned`.
[[nodiscard]] std::vector<std::string> warnings_of(const data::moments& moments,
                                                   const theory::learning& answer);

/// JSON with the keys modalities, time_ratio, phases, outcome, cost, warnings and provenance; for
/// flows also flow, for networks representation, widths and those of training_json(). json_text()
/// is its text. With scores also `accuracy` and `unimodal`, {name: {loss, accuracy}}, of the
/// samples that were trained on, and `held_out`, {loss, accuracy, unimodal}, where there are any.
///
/// \param changes  Sensitivities of a flow, for the key sensitivities; null: there is no such key.
/// \see docs/cli.md; tests/validation/run_report_test.cpp
[[nodiscard]] nlohmann::ordered_json to_json(
    const run_question& asked, const solver::answer& run,
    const solver::flow_sensitivity_table* changes = nullptr);
[[nodiscard]] std::string json_text(const run_question& asked, const solver::answer& run,
                                    const solver::flow_sensitivity_table* changes = nullptr);

/// The answer for people, without warnings and provenance; times are in epochs too where there are
/// any.
[[nodiscard]] std::string to_text(const run_question& asked, const solver::answer& run,
                                  const solver::flow_sensitivity_table* changes = nullptr);

/// How networks were trained: method, scheme or weights, seed, and samples where there are any.
[[nodiscard]] nlohmann::ordered_json training_json(const run_question& asked);

}  // namespace fusionflow::validation
