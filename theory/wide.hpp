#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cstdint>
#include <type_traits>

namespace fusionflow::theory {

/// A number of 64 bits whose exponent has room for any time: norms of 1e-300 at depth 20 make times
/// of 1e5400.
using wide =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<
                                      64, boost::multiprecision::digit_base_2, void, std::int32_t>,
                                  boost::multiprecision::et_off>;

/// What a model is made of (rates, initial norms) where times are `Number`: it fits in a double
/// where times may not, and has a derivative where they do.
template <typename Number>
using model_number = std::conditional_t<std::is_same_v<Number, wide>, double, Number>;

[[nodiscard]] inline double value_of(const wide& x) { return static_cast<double>(x); }

}  // namespace fusionflow::theory
