#pragma once

#include <vector>

#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::theory {

/// Most modalities for which all 2^M subsets are listed.
inline constexpr int most_modalities_for_subsets = 12;

/// Every fixed point of the flow: one per closed set K of modalities (architecture::closure), by
/// size of K, then by index. Late and intermediate fusion: all subsets; early fusion: none and all.
///
/// \param weight_decay  lambda >= 0, as in solve_partial(). Above 0 only two-layer late fusion has
///                      exactly one fixed point per set.
/// \throws data::input_error naming moments where M > most_modalities_for_subsets.
/// \see docs/theory.md#fixed-points; tests/theory/fixed_points_test.cpp
[[nodiscard]] std::vector<partial_solution> fixed_points(const data::moments& moments,
                                                         const architecture& arch,
                                                         double weight_decay = 0);

}  // namespace fusionflow::theory
