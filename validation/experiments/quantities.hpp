#pragma once

#include <string>
#include <vector>

#include "fusionflow/solver/method.hpp"

namespace fusionflow::validation {

/// Names of the quantities that a run can be measured by. Per modality NAME there are
///
///     time_NAME, norm_NAME (final |W_m|), misattribution_NAME (W_m of a scalar modality in the
///     unimodal phase less its final value)
///
/// and for the run first_time, wait (last - first), time_ratio (last / first), plateau_loss and
/// final_loss (over the initial loss), first_learned (number of the modality, from 1),
/// contributes_most (number of the modality that explains most alone), superficial (1 where these
/// two differ, else 0), excess_norm (relative distance of the final W from the least weights that
/// fit best), loss_rise (largest rise of the loss between recorded instants, over the initial loss)
/// and balance_drift (relative change of W_{j+1}^T W_{j+1} - W_j W_j^T; networks only). Where the
/// training data are draws from a population there is the generalisation error
/// E_g = (W - W*) Sigma (W - W*)^T / 2: plateau_error, final_error, least_error, first_minimum,
/// least_error_time (when it is least), and least_error_part and first_minimum_part (times of the
/// least and of the first minimum over that of the last half-height).
[[nodiscard]] std::vector<std::string> quantity_names(const std::vector<std::string>& modalities);

/// The words by which a check may ask for quantities: quantity_names(), and those that stand for a
/// quantity of every modality (`times`, `norms`, `misattributions`).
[[nodiscard]] std::vector<std::string> quantity_words(const std::vector<std::string>& modalities);

/// The quantities that one of quantity_words() asks for: one per modality, or the word itself.
[[nodiscard]] std::vector<std::string> names_of_quantity(
    const std::string& word, const std::vector<std::string>& modalities);

/// A quantity with its unit, as the text of an axis.
[[nodiscard]] std::string quantity_label(const std::string& quantity);

/// True where a run must record its path for the quantity to be known.
[[nodiscard]] bool needs_path(const std::string& quantity);

/// True where the quantity depends on the times that a run answers, so that spoiled times may show.
[[nodiscard]] bool is_of_times(const std::string& quantity);

/// The value of a quantity; NaN where the run does not tell.
///
/// On a path the plateau is halfway from the first half-height to the second, or to the end;
/// without a path it is the first saddle at which something is learned. A run without final weights
/// ends at the least-squares solution of the modalities that it learns.
///
/// \param quantity  One of quantity_names().
/// \see tests/validation/experiment_test.cpp
[[nodiscard]] double observe(const std::string& quantity, const solver::model& about,
                             const solver::answer& run);

}  // namespace fusionflow::validation
