#pragma once

#include <cstdint>

#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::tests {

inline theory::initialisation gaussian(double u0, std::int64_t width) {
    return {.u0 = u0, .drawn = theory::scheme::gaussian, .width = width};
}

}  // namespace fusionflow::tests
