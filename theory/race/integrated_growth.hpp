#pragma once

#include <vector>

#include "fusionflow/theory/race/small_network.hpp"

namespace fusionflow::theory {

/// Growth of small weights for any blocks: grow(), by integrating the layers.
[[nodiscard]] small_growth integrate_growth(const std::vector<small_block>& blocks, int shared,
                                            double excess, double longest, double end);

}  // namespace fusionflow::theory
