#pragma once

#include <optional>
#include <vector>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"

namespace fusionflow::validation {

/// These moments with the inputs of modality m multiplied by a factor > 0.
[[nodiscard]] data::moments with_larger_inputs(const data::moments& moments, int m, double factor);

/// Trains some networks of an architecture, as in the diagnosis, on changed data or from changed
/// initial weights, one after another. They are drawn from the same seeds as the first networks of
/// the diagnosis, so that differences are the change's own.
///
/// \param about     The changed model.
/// \param networks  How many: as many as the diagnosis has, but no more than this.
/// \param rounds    The fewest rounds of compression to try; 0: as few as there may be.
[[nodiscard]] ensemble try_networks(const diagnosis_request& request, const solver::model& about,
                                    int networks, int rounds = 0);

/// Options of the networks' runs: with a budget, weights are noted when it is used up.
[[nodiscard]] solver::run_options run_of(const diagnosis_request& request);

/// Shares of what can be explained that networks explain after the budget (answer::share).
[[nodiscard]] spread shares_at_budget(const diagnosis_request& request,
                                      const data::moments& moments, const ensemble& networks);

/// The model of one depth and layer of fusion, with the initial norm of the request.
[[nodiscard]] solver::model model_of(const diagnosis_request& request, int depth, int fusion);

/// Fills in what changes do to the times of late fusions and, where one of them explains less than
/// 99 % of what can be explained within the budget, which larger initial weights or fewer layers
/// explain more, the best first. Ratios are of medians of the same draws, NaN where a time is not
/// known; there are none where no modality has a time.
///
/// \param fusions   Every way to fuse, from the same initial norm. Those of their networks that a
///                  trial asks for are not trained again.
/// \param progress  Told how many trials are done, of all.
void try_changes(const diagnosis_request& request, std::vector<fusion_facts>& fusions,
                 const ensemble_progress& progress = {});

}  // namespace fusionflow::validation
