#pragma once

#include <cstdint>

#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::solver {

/// Draws the initial weights of a network (docs/theory.md#initialisation). The same seed gives the
/// same digits on every machine.
///
/// \param seed  Any.
/// \return      shape.size() numbers.
[[nodiscard]] state draw_weights(const network_shape& shape, const data::moments& moments,
                                 const theory::initialisation& init, std::uint64_t seed);

}  // namespace fusionflow::solver
