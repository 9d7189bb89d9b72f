#pragma once

namespace fusionflow::data {

/// Limits of the parameters that toy data and populations are made from. Moments hold squares and
/// fourth powers of them: within these limits none of those overflows or vanishes.
inline constexpr double largest_parameter = 1e50;
inline constexpr double smallest_parameter = 1e-50;

}  // namespace fusionflow::data
