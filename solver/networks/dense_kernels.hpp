#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace fusionflow::solver {

/// A product of matrices whose rows run over samples,
///
///     c = [c +] a b,   then   c <- gate > 0 ? c : slope c    (element by element)
///
/// with a(i, k) = a[i row_step + k inner_step] (a weight matrix or its transpose), rows of b, c and
/// gate `stride` apart.
struct block_product {
    const double* a = nullptr;
    std::ptrdiff_t row_step = 0;
    std::ptrdiff_t inner_step = 0;
    const double* b = nullptr;
    double* c = nullptr;
    std::ptrdiff_t rows = 0;     ///< of a and c
    std::ptrdiff_t inner = 0;    ///< columns of a, rows of b
    std::ptrdiff_t columns = 0;  ///< of b and c, a multiple of block_lanes
    std::ptrdiff_t stride = 0;
    bool accumulate = false;
    const double* gate = nullptr;  ///< laid out as c; null: c itself, before the slope
    double slope = 1;
};

/// Inner products of rows over samples, added to what is there:
///
///     c[i + j c_stride] += sum_n a(i, n) b(j, n)
struct block_dots {
    const double* a = nullptr;
    const double* b = nullptr;
    double* c = nullptr;
    std::ptrdiff_t a_rows = 0;
    std::ptrdiff_t b_rows = 0;
    std::ptrdiff_t columns = 0;  ///< a multiple of block_lanes
    std::ptrdiff_t stride = 0;   ///< between rows of a and of b
    std::ptrdiff_t c_stride = 0;
};

/// Sums over samples are formed in this many parts, sample n in part n mod 8, on every machine.
inline constexpr std::ptrdiff_t block_lanes = 8;

/// The arithmetic of networks on blocks of samples, for one kind of processor.
///
/// All kernels give the same digits: every element is a chain of fused multiply-adds in an order
/// that does not depend on the width of the processor's registers. \see docs/numerics.md#samples;
/// tests/solver/dense_kernels_test.cpp
struct dense_kernels {
    std::string_view name;
    void (*multiply)(const block_product& p);
    void (*add_dots)(const block_dots& d);
};

/// The fastest kernels that this processor can run.
[[nodiscard]] const dense_kernels& best_kernels();

/// All kernels that this processor can run, `portable` (plain C++) last.
[[nodiscard]] std::vector<dense_kernels> available_kernels();

}  // namespace fusionflow::solver
