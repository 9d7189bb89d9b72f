#pragma once

#include <vector>

namespace fusionflow::theory {

/// When a chain of small random layers blows up.
struct blow_up {
    double time = 0;         ///< T; NaN where the layers do not blow up in finite time
    double uncertainty = 0;  ///< estimated absolute error of T
    int units = 0;           ///< of the largest hidden space that was kept
};

/// Time in which r >= 3 small random layers between two fixed ones drive each other to infinity, in
/// the limit of infinite width: with e and f fixed unit vectors on either side,
///
///     P = f^T G_r ... G_1 e,   dG_j/dt = dP/dG_j,   G_j of Gaussian entries at t = 0.
///
/// At infinite width G_j takes every vector it has not met to a new, orthogonal one: the layers act
/// on a fixed tree of vectors, and T is not random. Paths of the tree that turn round more than a
/// few times are cut off; each turn that is kept shrinks the error by a factor of about 15.
///
/// \param scales  Norm of G_j times a unit vector at t = 0, in any order, each > 0, 3 to 8 numbers.
///                Doubling all of them multiplies T by 2^(2-r).
/// \param most_units  Largest hidden space of the tree: accuracy for work.
/// \return  T = 1.16797 for three layers of scale 1, 0.59261 for four.
/// \throws std::invalid_argument naming scales.
/// \see docs/width-law.md#many; tests/theory/small_layers_test.cpp
[[nodiscard]] blow_up blow_up_time(const std::vector<double>& scales, int most_units = 100);

}  // namespace fusionflow::theory
