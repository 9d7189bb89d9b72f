#pragma once

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/two_layer_start.hpp"
#include "fusionflow/theory/architecture.hpp"

namespace fusionflow::solver {

/// The two-layer network whose weights are the square roots F of a start: the one that the start is
/// from, seen in a rotated hidden space of r <= min(H, D_b+1) units for each of its blocks.
///
/// A step of gradient descent is Theta <- ((1 - eta lambda) I + eta K) Theta, K from W alone. Theta
/// = F O with orthonormal rows in O, and that acts from the left, so F takes the same step and W(t)
/// is the same at every epoch.
///
/// \throws data::input_error naming exact or moments where sizes differ.
/// \see docs/theory.md#rotated-form; tests/solver/rotated_network_test.cpp
[[nodiscard]] weighted_network rotated_network(const data::moments& moments,
                                               const theory::architecture& arch,
                                               const two_layer_start& start);

}  // namespace fusionflow::solver
