#pragma once

#include <vector>

#include "fusionflow/theory/architecture.hpp"

namespace fusionflow::tests {

/// Two modalities: late, early and between, equal branches and unequal ones.
inline std::vector<theory::architecture> architectures() {
    return {{{2, 2}, 0}, {{1, 1}, 2}, {{2, 2}, 1}, {{3, 3}, 0},
            {{3, 3}, 2}, {{1, 2}, 1}, {{2, 4}, 1}};
}

}  // namespace fusionflow::tests
