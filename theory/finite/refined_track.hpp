#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "fusionflow/theory/dual.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/race/variation.hpp"

namespace fusionflow::theory {

/// Half-height times of refined_two_layer() as numbers of some kind, and how it ended.
template <typename Number>
struct refined_times {
    std::vector<Number> times;
    outcome ended = outcome::learned;
    data::modality_set above{};   ///< that begin above half of their height: their times are NaN
    std::vector<level> levels{};  ///< half of the heights of these, in their order
};

/// What refined_two_layer() computes, in double or in dual numbers.
///
/// \param grams          As there, and
/// \param log_scale      the logarithm of a factor of them all.
/// \param learning_rate  eta > 0; absent: gradient flow.
/// \param change         Of the moments, where Number is dual; its other parts are in `grams` and
///                       `learning_rate`.
template <typename Number>
[[nodiscard]] refined_times<Number> refined_track(const data::moments& moments,
                                                  const std::vector<matrix_of<Number>>& grams,
                                                  double log_scale,
                                                  const std::optional<Number>& learning_rate,
                                                  const variation* change = nullptr);

}  // namespace fusionflow::theory
