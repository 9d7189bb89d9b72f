#pragma once

#include <Eigen/Core>
#include <cstring>

// The loops over contiguous lines of numbers that waiting_layer is made of. Sums are taken in a
// fixed order of four lanes, so that they are the same whatever instructions the compiler chooses.
namespace fusionflow::solver::line_kernels {

using index = Eigen::Index;

inline constexpr index lanes = 4;
using pack = double __attribute__((vector_size(lanes * sizeof(double))));

inline void load(const double* from, pack& p) { std::memcpy(&p, from, sizeof(pack)); }
inline void store(const pack& p, double* to) { std::memcpy(to, &p, sizeof(pack)); }

/// out_n = lines_n . v
template <int N>
void dots(const double* lines, index length, const double* v, double* out) {
    pack sums[N] = {};
    index e = 0;
    for (; e + lanes <= length; e += lanes) {
        pack x;
        load(v + e, x);
        for (int n = 0; n < N; ++n) {
            pack w;
            load(lines + n * length + e, w);
            sums[n] += w * x;
        }
    }
    for (int n = 0; n < N; ++n) {
        out[n] = (sums[n][0] + sums[n][1]) + (sums[n][2] + sums[n][3]);
        for (index i = e; i < length; ++i) {
            out[n] += lines[n * length + i] * v[i];
        }
    }
}

/// out += sum_n coefs_n lines_n
template <int N>
void add_sum(const double* lines, index length, const double* coefs, double* out) {
    index e = 0;
    for (; e + lanes <= length; e += lanes) {
        pack sum;
        load(out + e, sum);
        for (int n = 0; n < N; ++n) {
            pack w;
            load(lines + n * length + e, w);
            sum += coefs[n] * w;
        }
        store(sum, out + e);
    }
    for (; e < length; ++e) {
        for (int n = 0; n < N; ++n) {
            out[e] += coefs[n] * lines[n * length + e];
        }
    }
}

/// lines_n <- scale lines_n + sum_k coefs_(n stride + k) v_k,  k < count
template <int N>
void settle(double* lines, index length, double scale, const double* coefs, index stride,
            const double* v, index count) {
    index e = 0;
    for (; e + lanes <= length; e += lanes) {
        pack sums[N];
        for (int n = 0; n < N; ++n) {
            load(lines + n * length + e, sums[n]);
            sums[n] *= scale;
        }
        for (index k = 0; k < count; ++k) {
            pack x;
            load(v + k * length + e, x);
            for (int n = 0; n < N; ++n) {
                sums[n] += coefs[n * stride + k] * x;
            }
        }
        for (int n = 0; n < N; ++n) {
            store(sums[n], lines + n * length + e);
        }
    }
    for (; e < length; ++e) {
        for (int n = 0; n < N; ++n) {
            double sum = lines[n * length + e] * scale;
            for (index k = 0; k < count; ++k) {
                sum += coefs[n * stride + k] * v[k * length + e];
            }
            lines[n * length + e] = sum;
        }
    }
}

}  // namespace fusionflow::solver::line_kernels
