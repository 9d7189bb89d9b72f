#pragma once

#include <cstdint>

#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::solver {

/// Standard deviation of a layer's entries in a scheme of independent ones:
///
///     gaussian:      u0 sqrt(share/(rows cols))
///     gaussian_iid:  u0
///
/// \param share  1 below the fusion; M for the fusing matrix [W_1 ... W_M] and the trunk.
/// \param rows,cols  Of the layer; cols of the fusing matrix are those of all branches together.
///                   Real numbers: their product may be 1e24.
[[nodiscard]] double entry_deviation(const theory::initialisation& init, double share, double rows,
                                     double cols);

/// Draws the initial weights of a network (docs/theory.md#initialisation), same digits on every
/// machine for the same seed.
///
/// \param seed  Any.
/// \return      shape.size() numbers.
[[nodiscard]] state draw_weights(const network_shape& shape, const data::moments& moments,
                                 const theory::initialisation& init, std::uint64_t seed);

}  // namespace fusionflow::solver
