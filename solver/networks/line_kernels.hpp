#pragma once

#include <Eigen/Core>
#include <cstring>

// The loops over contiguous lines of numbers that waiting_layer is made of. Sums run in
// the same order on every machine; dots() adds in four lanes (two packs).
namespace fusionflow::solver::line_kernels {

using index = Eigen::Index;

inline constexpr index lanes = 2;
using pack = double __attribute__((vector_size(lanes * sizeof(double))));

inline pack load(const double* from) {
    pack p;
    std::memcpy(&p, from, sizeof(pack));
    return p;
}
inline void store(const pack& p, double* to) { std::memcpy(to, &p, sizeof(pack)); }

// std::array would drop the attribute of pack: NOLINTBEGIN(modernize-avoid-c-arrays)

/// out_n = lines_n . v
template <int N>
void dots(const double* lines, index length, const double* v, double* out) {
    constexpr index both = 2 * lanes;
    pack even[N] = {};
    pack odd[N] = {};
    index e = 0;
    for (; e + both <= length; e += both) {
        const pack x = load(v + e);
        const pack y = load(v + e + lanes);
        for (int n = 0; n < N; ++n) {
            even[n] += load(lines + n * length + e) * x;
            odd[n] += load(lines + n * length + e + lanes) * y;
        }
    }
    for (int n = 0; n < N; ++n) {
        const pack sum = even[n] + odd[n];
        out[n] = sum[0] + sum[1];
        for (index i = e; i < length; ++i) {
            out[n] += lines[n * length + i] * v[i];
        }
    }
}

/// out += sum_n coefs_n lines_n
template <int N>
void add_sum(const double* lines, index length, const double* coefs, double* out) {
    pack c[N];
    for (int n = 0; n < N; ++n) {
        c[n] = pack{coefs[n], coefs[n]};
    }
    index e = 0;
    for (; e + lanes <= length; e += lanes) {
        pack sum = load(out + e);
        for (int n = 0; n < N; ++n) {
            sum += c[n] * load(lines + n * length + e);
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
    constexpr index both = 2 * lanes;
    index e = 0;
    for (; e + both <= length; e += both) {
        pack even[N];
        pack odd[N];
        for (int n = 0; n < N; ++n) {
            even[n] = load(lines + n * length + e) * scale;
            odd[n] = load(lines + n * length + e + lanes) * scale;
        }
        for (index k = 0; k < count; ++k) {
            const pack x = load(v + k * length + e);
            const pack y = load(v + k * length + e + lanes);
            for (int n = 0; n < N; ++n) {
                even[n] += coefs[n * stride + k] * x;
                odd[n] += coefs[n * stride + k] * y;
            }
        }
        for (int n = 0; n < N; ++n) {
            store(even[n], lines + n * length + e);
            store(odd[n], lines + n * length + e + lanes);
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

// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace fusionflow::solver::line_kernels
