#pragma once

/// What tells how far a step may go that leads along the potentials of weights still small.
namespace fusionflow::solver {

/// A step goes straight on while a weight, times the step, is below this part of rtol.
inline constexpr double unfelt_step = 0.1;
/// The weight of a potential below this is felt at any tolerance.
inline constexpr double felt_potential = 5;
/// A potential does not fall to less than this part in one step.
inline constexpr double least_potential_left = 1e-6;

}  // namespace fusionflow::solver
