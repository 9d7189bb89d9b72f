#pragma once

namespace fusionflow::solver {

/// A total weight this small moves nothing; it keeps its direction where it would be rounded to
/// zero.
inline constexpr double least_weight = 1e-290;

/// x^n, n >= 0, by products: what is below 1e-308 is zero.
inline double power(double x, int n) {
    double result = 1;
    for (; n > 0; --n) {
        result *= x;
    }
    return result;
}

}  // namespace fusionflow::solver
