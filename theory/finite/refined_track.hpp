#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "fusionflow/theory/dual.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/race/variation.hpp"

namespace fusionflow::theory {

/// Half-height times of refined_two_layer(), and how it ended.
template <typename Number>
struct refined_times {
    std::vector<Number> times;
    outcome ended = outcome::learned;
    data::modality_set above{};   ///< modalities that begin above their level: their times are NaN
    std::vector<level> levels{};  ///< the levels of the modalities in `above`
};

/// Computes refined_two_layer() in double or in dual numbers.
///
/// \param grams          Q_m at t = 0, divided by exp(log_scale); (D_m+1) x (D_m+1).
/// \param log_scale      Logarithm of the common factor of all Q_m.
/// \param learning_rate  eta > 0; absent: gradient flow.
/// \param change         Change of the moments, not null where Number is dual; the slopes of Q_m
///                       and eta are in `grams` and `learning_rate`.
template <typename Number>
[[nodiscard]] refined_times<Number> refined_track(const data::moments& moments,
                                                  const std::vector<matrix_of<Number>>& grams,
                                                  double log_scale,
                                                  const std::optional<Number>& learning_rate,
                                                  const variation* change = nullptr);

}  // namespace fusionflow::theory
