#pragma once

#include <cstdint>

#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::solver {

/// Draws the initial weights of a network, and its biases after them where the initialisation has
/// any (docs/theory.md#initialisation). The same seed gives the same digits on every machine.
///
/// \param seed  Any.
/// \return      shape.size() numbers, or shape.size_with_biases() of them.
[[nodiscard]] state draw_weights(const network_shape& shape, const data::moments& moments,
                                 const theory::initialisation& init, std::uint64_t seed);

}  // namespace fusionflow::solver
