#pragma once

#include <string>
#include <vector>

#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::theory {

/// race(), with what it leaves out.
struct leading_order {
    race_result raced;  ///< times are unknown where there is no plateau; the outcome says so
    /// Per modality: estimated relative error of its time against the flow of balanced networks;
    /// NaN where it has no time, 0 where rounding is larger.
    std::vector<double> errors;
    /// Per modality: why it has no time although something is left for it to learn; empty if it
    /// has.
    std::vector<std::string> no_plateau;
};

/// race(), and an estimate of its error in the units of the data: from how the initial layers, the
/// trunk's too, compare with those that learn W_m, from what a rise lasts, and from what an earlier
/// modality's rise, at another time than the race has it, does to the later ones.
///
/// A modality of which W_m is above its level at the start has no plateau: its time is unknown.
///
/// \throws data::input_error as race(), but for require_range(): times beyond the range of numbers
///         have their log10.
/// \see docs/theory.md#estimated-error; tests/solver/leading_order_test.cpp
[[nodiscard]] leading_order race_with_errors(const data::moments& moments, const architecture& arch,
                                             const initialisation& init, double weight_decay = 0);

}  // namespace fusionflow::theory
