#pragma once

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/two_layer_start.hpp"
#include "fusionflow/solver/simulate.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

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

/// Gradient descent (or flow) of the network that `start` is from, epoch by epoch as simulate()
/// trains it, at a cost that does not depend on its width.
///
/// \param init     The scheme that `start` is from.
/// \param options  Seed, form and compression are not looked at.
/// \return  simulation::widths are those of the rotated network, drawn_widths those of `init`.
/// \throws data::input_error as options.validate() and init.validate(); naming exact or moments
///         where sizes differ.
/// \see tests/solver/rotated_network_test.cpp
[[nodiscard]] simulation simulate_rotated(const data::moments& moments,
                                          const theory::architecture& arch,
                                          const theory::initialisation& init,
                                          const two_layer_start& start,
                                          const simulate_options& options);

}  // namespace fusionflow::solver
