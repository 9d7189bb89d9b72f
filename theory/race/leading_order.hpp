#pragma once

#include <string>
#include <vector>

#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::theory {

/// race(), with its estimated errors and the reasons for missing times.
struct leading_order {
    race_result raced;  ///< times are unknown where there is no plateau; the outcome says so
    /// Per modality: estimated relative error of its time against the flow of balanced networks;
    /// NaN where it has no time, 0 where rounding is larger.
    std::vector<double> errors;
    /// Per modality: why it has no time although something is left for it to learn; otherwise
    /// empty.
    std::vector<std::string> no_plateau;
};

/// race(), and an estimate of its error in the units of the data. The estimate knows how initial
/// layers, the trunk's too, compare with those that make up W_m, how long a rise lasts, and what an
/// earlier modality does to later ones when it rises at another time than in the race.
///
/// A modality whose |W_m| starts above its level has no plateau: its time is unknown.
///
/// \throws data::input_error as race(), but not as require_range(): times beyond the range of
///         numbers are given by their log10.
/// \see docs/theory.md#estimated-error; tests/solver/leading_order_test.cpp
[[nodiscard]] leading_order race_with_errors(const data::moments& moments, const architecture& arch,
                                             const initialisation& init, double weight_decay = 0);

}  // namespace fusionflow::theory
