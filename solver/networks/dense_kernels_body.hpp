#pragma once

#include "fusionflow/solver/networks/dense_kernels.hpp"

// The kernels, written over the registers `isa` of a processor. One source per kind of processor
// includes this and is compiled for it. Such a source may include nothing that other sources
// instantiate too: the linker might keep a version that other processors cannot run.
//
// `isa` has: lanes, the doubles of a register; vec, the register; load, store, spread (one number
// to all lanes), fused (a b + c, rounded once), gated (gate > 0 ? x : y), sum (of block_lanes
// numbers in registers side by side, always as ((0+4)+(2+6)) + ((1+5)+(3+7))); and tile sizes that
// keep all sums in registers: product_rows x product_vecs, dots_rows x dots_columns.
namespace fusionflow::solver::kernels {

// std::array would be instantiated by other sources too.
// NOLINTBEGIN(modernize-avoid-c-arrays)

template <typename isa, int rows, int vecs>
void product_tile(const block_product& p, std::ptrdiff_t i, std::ptrdiff_t j) {
    typename isa::vec sum[rows][vecs];
    const double* a = p.a + i * p.row_step;
    const double* b = p.b + j;
    double* c = p.c + i * p.stride + j;
    for (int r = 0; r < rows; ++r) {
        for (int v = 0; v < vecs; ++v) {
            sum[r][v] =
                p.accumulate ? isa::load(c + r * p.stride + v * isa::lanes) : isa::spread(0);
        }
    }
    for (std::ptrdiff_t k = 0; k < p.inner; ++k) {
        typename isa::vec right[vecs];
        for (int v = 0; v < vecs; ++v) {
            right[v] = isa::load(b + v * isa::lanes);
        }
        for (int r = 0; r < rows; ++r) {
            const auto left = isa::spread(a[r * p.row_step]);
            for (int v = 0; v < vecs; ++v) {
                sum[r][v] = isa::fused(left, right[v], sum[r][v]);
            }
        }
        a += p.inner_step;
        b += p.stride;
    }
    const auto slope = isa::spread(p.slope);
    const double* gate = p.gate == nullptr ? nullptr : p.gate + i * p.stride + j;
    for (int r = 0; r < rows; ++r) {
        for (int v = 0; v < vecs; ++v) {
            const std::ptrdiff_t at = r * p.stride + v * isa::lanes;
            const auto opens = gate == nullptr ? sum[r][v] : isa::load(gate + at);
            isa::store(c + at, isa::gated(opens, sum[r][v], slope * sum[r][v]));
        }
    }
}

// Does rows i and on of one tile's columns; rows that are left over go in tiles of half the height.
template <typename isa, int rows, int vecs>
void product_rows(const block_product& p, std::ptrdiff_t i, std::ptrdiff_t j) {
    for (; i + rows <= p.rows; i += rows) {
        product_tile<isa, rows, vecs>(p, i, j);
    }
    if constexpr (rows > 1) {
        product_rows<isa, rows / 2, vecs>(p, i, j);
    }
}

template <typename isa, int vecs>
void product_columns(const block_product& p, std::ptrdiff_t j) {
    constexpr std::ptrdiff_t width = vecs * isa::lanes;
    for (; j + width <= p.columns; j += width) {
        product_rows<isa, isa::product_rows, vecs>(p, 0, j);
    }
    if constexpr (vecs > 1) {
        product_columns<isa, vecs - 1>(p, j);
    }
}

template <typename isa>
void multiply(const block_product& p) {
    product_columns<isa, isa::product_vecs>(p, 0);
}

template <typename isa, int rows, int columns>
void dots_tile(const block_dots& d, std::ptrdiff_t i, std::ptrdiff_t j) {
    constexpr int parts = static_cast<int>(block_lanes) / isa::lanes;
    typename isa::vec sum[rows][columns][parts];
    const double* a = d.a + i * d.stride;
    const double* b = d.b + j * d.stride;
    for (int r = 0; r < rows; ++r) {
        for (int s = 0; s < columns; ++s) {
            for (int part = 0; part < parts; ++part) {
                sum[r][s][part] = isa::spread(0);
            }
        }
    }
    for (std::ptrdiff_t n = 0; n < d.columns; n += block_lanes) {
        for (int part = 0; part < parts; ++part) {
            const std::ptrdiff_t at = n + part * isa::lanes;
            typename isa::vec right[columns];
            for (int s = 0; s < columns; ++s) {
                right[s] = isa::load(b + s * d.stride + at);
            }
            for (int r = 0; r < rows; ++r) {
                const auto left = isa::load(a + r * d.stride + at);
                for (int s = 0; s < columns; ++s) {
                    sum[r][s][part] = isa::fused(left, right[s], sum[r][s][part]);
                }
            }
        }
    }
    for (int r = 0; r < rows; ++r) {
        for (int s = 0; s < columns; ++s) {
            d.c[i + r + (j + s) * d.c_stride] += isa::sum(sum[r][s]);
        }
    }
}

template <typename isa, int rows, int columns>
void dots_rows(const block_dots& d, std::ptrdiff_t i, std::ptrdiff_t j) {
    for (; i + rows <= d.a_rows; i += rows) {
        dots_tile<isa, rows, columns>(d, i, j);
    }
    if constexpr (rows > 1) {
        dots_rows<isa, rows / 2, columns>(d, i, j);
    }
}

template <typename isa, int columns>
void dots_columns(const block_dots& d, std::ptrdiff_t j) {
    for (; j + columns <= d.b_rows; j += columns) {
        dots_rows<isa, isa::dots_rows, columns>(d, 0, j);
    }
    if constexpr (columns > 1) {
        dots_columns<isa, columns / 2>(d, j);
    }
}

template <typename isa>
void add_dots(const block_dots& d) {
    dots_columns<isa, isa::dots_columns>(d, 0);
}

// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace fusionflow::solver::kernels
