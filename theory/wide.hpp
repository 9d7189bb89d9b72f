#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cstdint>

#include "fusionflow/theory/dual.hpp"

namespace fusionflow::theory {

/// A number with 64 bits of precision and an exponent for any time: norms of 1e-300 at depth 20
/// make times of 1e5400.
using wide =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<
                                      64, boost::multiprecision::digit_base_2, void, std::int32_t>,
                                  boost::multiprecision::et_off>;

template <>
inline constexpr bool beyond_double<wide> = true;

}  // namespace fusionflow::theory
