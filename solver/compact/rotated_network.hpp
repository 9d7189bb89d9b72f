#pragma once

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/two_layer_start.hpp"
#include "fusionflow/theory/architecture.hpp"

namespace fusionflow::solver {

/// The two-layer network whose weights are the square roots F of a start. It is the start's own
/// network, seen in a rotated hidden space of r <= min(H, D_b+1) units per block.
///
/// A step of gradient descent is Theta <- ((1 - eta lambda) I + eta K) Theta, where K depends on W
/// alone. It acts from the left on Theta = F O, O with orthonormal rows, so F takes the same step
/// and W is the same at every epoch.
///
/// \throws data::input_error naming exact or moments where sizes differ.
/// \see docs/theory.md#rotated-form; tests/solver/rotated_network_test.cpp
[[nodiscard]] weighted_network rotated_network(const data::moments& moments,
                                               const theory::architecture& arch,
                                               const two_layer_start& start);

}  // namespace fusionflow::solver
