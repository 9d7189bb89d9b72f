#pragma once

#include <optional>
#include <vector>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"

namespace fusionflow::validation {

/// Trains some networks of an architecture, as in the diagnosis, on changed data or from changed
/// initial weights. They are drawn from the same seeds as the first networks of the diagnosis, so
/// that differences are the change's own.
///
/// \param about     The changed model.
/// \param networks  How many: as many as the diagnosis has, but no more than this.
[[nodiscard]] ensemble try_networks(const diagnosis_request& request, const solver::model& about,
                                    int networks);

/// Options of the networks' runs: with a budget, weights are noted when it is used up.
[[nodiscard]] solver::run_options run_of(const diagnosis_request& request);

/// Shares of what can be explained that networks explain after the budget (answer::share).
[[nodiscard]] spread shares_at_budget(const diagnosis_request& request,
                                      const data::moments& moments, const ensemble& networks);

/// The model of one depth and layer of fusion, with the initial norm of the request.
[[nodiscard]] solver::model model_of(const diagnosis_request& request, int depth, int fusion);

/// Tries larger initial weights and fewer layers, and returns what explains more at the budget than
/// `share`, the best first.
[[nodiscard]] std::vector<remedy> try_remedies(const diagnosis_request& request,
                                               const fusion_facts& fusion);

/// Ratios of medians of the same draws; NaN where a time is not known. Absent where no modality has
/// a time.
[[nodiscard]] std::optional<measured_changes> measure_changes(const diagnosis_request& request,
                                                              const fusion_facts& fusion);

}  // namespace fusionflow::validation
