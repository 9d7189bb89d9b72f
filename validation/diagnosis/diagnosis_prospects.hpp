#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/validation/diagnosis/diagnosis.hpp"

// What becomes of each modality in late fusion.
namespace fusionflow::validation {

/// Leading singular value of a modality's part of K D stacked numbers, its norm for one target.
[[nodiscard]] double leading_singular_value(const data::moments& m, const Eigen::VectorXd& stacked,
                                            int modality);

/// The saddles that late fusion of two layers passes from small weights, by theory::race(). The
/// first is the one where nothing is learned.
[[nodiscard]] std::vector<theory::partial_solution> late_saddles(
    const data::moments& m, const theory::learning_rates& rates = {});

/// What becomes of each modality, and why.
///
/// \param init     Initial weights of the networks.
/// \param saddles  late_saddles().
[[nodiscard]] std::vector<prospect_facts> judge_prospects(
    const diagnosis_request& request, const data::moments& m, const theory::initialisation& init,
    const std::vector<theory::partial_solution>& saddles);

}  // namespace fusionflow::validation
