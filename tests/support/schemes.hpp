#pragma once

#include <cstdint>

#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::theory {

extern const scheme gaussian_scheme, gaussian_iid_scheme;

}  // namespace fusionflow::theory

namespace fusionflow::tests {

namespace scheme {

inline constexpr const theory::scheme* balanced = &theory::balanced_scheme;
inline constexpr const theory::scheme* gaussian = &theory::gaussian_scheme;
inline constexpr const theory::scheme* gaussian_iid = &theory::gaussian_iid_scheme;

}  // namespace scheme

inline theory::initialisation gaussian(double u0, std::int64_t width) {
    return {.u0 = u0, .drawn = scheme::gaussian, .width = width};
}

}  // namespace fusionflow::tests
