#pragma once

#include <vector>

namespace fusionflow::solver {

/// The numbers that an integration or a descent moves: coordinates of a flow, or all weights of a
/// network.
using state = std::vector<double>;

}  // namespace fusionflow::solver
