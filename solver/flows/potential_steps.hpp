#pragma once

/// Constants that limit the length of a step along the potentials of weights that are still small.
namespace fusionflow::solver {

/// A step goes straight on while a weight, times the step, is below this part of rtol.
inline constexpr double unfelt_step = 0.1;
/// A potential below this belongs to a weight that is felt at any tolerance.
inline constexpr double felt_potential = 5;
/// In one step a potential does not fall below this part of itself.
inline constexpr double least_potential_left = 1e-6;

}  // namespace fusionflow::solver
