#pragma once

#include <vector>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"

namespace fusionflow::validation {

/// How much later a modality is learned: the median over networks of t'/t, where each network after
/// the change stands beside the one of the same draw before. Draws differ more than what a change
/// does to each of them.
///
/// \param before  At least as many runs as `after`, of the same draws.
/// \return        Of the networks that have both times; NaN where that is half of them or fewer.
/// \see tests/validation/diagnosis_test.cpp
[[nodiscard]] double median_change(const ensemble& before, const ensemble& after, int modality);

/// Fills in what changes do to the times of late fusions and, where one of them explains less than
/// 99 % of what can be explained within the budget, which larger initial weights or fewer layers
/// explain more, the best first. Changes are told by median_change() of the last modality; there
/// are none where no modality has a time.
///
/// \param fusions   Every way to fuse, from the same initial norm. Those of their networks that a
///                  trial asks for are not trained again.
/// \param progress  Told how many trials are done, of all.
void try_changes(const diagnosis_request& request, std::vector<fusion_facts>& fusions,
                 const ensemble_progress& progress = {});

}  // namespace fusionflow::validation
