#pragma once

#include <string>
#include <vector>

#include "fusionflow/solver/method.hpp"

namespace fusionflow::validation {

/// Names of what can be measured of a run of a model with these modalities. Per modality NAME
///
///     time_NAME, norm_NAME (final |W_m|), misattribution_NAME (W_m of a scalar modality in the
///     unimodal phase less its final value)
///
/// and first_time, wait (last - first), time_ratio (last / first), plateau_loss and final_loss
/// (over the initial loss), first_learned (number of the modality, from 1), contributes_most
/// (likewise, by what each explains alone), superficial (1 where these two differ), excess_norm
/// (relative distance of the final W from the least weights that fit best), loss_rise (largest rise
/// of the loss between recorded instants, over the initial loss), balance_drift (relative change of
/// W_{j+1}^T W_{j+1} - W_j W_j^T; networks only), and, where the training data are draws from a
/// population, the generalisation error E_g = (W - W*) Sigma (W - W*)^T / 2: plateau_error,
/// final_error, least_error, first_minimum, the time of the least, least_error_time, and the times
/// of both over that of the last half-height, least_error_part and first_minimum_part.
[[nodiscard]] std::vector<std::string> quantity_names(const std::vector<std::string>& modalities);

/// The quantities that a suite means by a word: `times`, `norms` and `misattributions` stand for
/// that quantity of every modality, any other word for itself.
[[nodiscard]] std::vector<std::string> names_of_quantity(
    const std::string& word, const std::vector<std::string>& modalities);

/// A quantity with its unit, as the text of an axis.
[[nodiscard]] std::string quantity_label(const std::string& quantity);

/// True where a run has to keep its path for it.
[[nodiscard]] bool needs_path(const std::string& quantity);

/// True where it says something about the times that a run answers: where spoiled times may show.
[[nodiscard]] bool is_of_times(const std::string& quantity);

/// The value of a quantity; NaN where the run does not tell.
///
/// The plateau of a path is the middle of its first unimodal phase, that of a formula the saddle
/// after the first modality. A formula ends at the least-squares solution.
///
/// \param quantity  One of quantity_names().
/// \see tests/validation/experiment_test.cpp
[[nodiscard]] double observe(const std::string& quantity, const solver::model& about,
                             const solver::answer& run);

}  // namespace fusionflow::validation
