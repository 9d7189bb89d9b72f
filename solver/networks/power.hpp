#pragma once

namespace fusionflow::solver {

/// Total weights are kept at least this large. So small a weight moves nothing, and it keeps the
/// direction that it would lose if it were rounded to zero.
inline constexpr double least_weight = 1e-290;

/// x^n, n >= 0, by products, which may underflow.
inline double power(double x, int n) {
    double result = 1;
    for (; n > 0; --n) {
        result *= x;
    }
    return result;
}

}  // namespace fusionflow::solver
