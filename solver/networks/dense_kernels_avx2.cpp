// Compiled with -mavx2 -mfma (solver/CMakeLists.txt) and run only where the processor has it.
#include <immintrin.h>

#include "fusionflow/solver/networks/dense_kernels_body.hpp"
#include "fusionflow/solver/networks/dense_kernels_isa.hpp"

namespace fusionflow::solver::kernels {

namespace {

struct narrow {
    static constexpr int lanes = 4;
    static constexpr int product_rows = 4;
    static constexpr int product_vecs = 3;
    static constexpr int dots_rows = 2;
    static constexpr int dots_columns = 2;
    using vec = __m256d;

    static vec load(const double* from) { return _mm256_loadu_pd(from); }
    static void store(double* to, vec x) { _mm256_storeu_pd(to, x); }
    static vec spread(double x) { return _mm256_set1_pd(x); }
    static vec fused(vec a, vec b, vec c) { return _mm256_fmadd_pd(a, b, c); }
    static double sum(const vec* x) {
        const __m256d half = _mm256_add_pd(x[0], x[1]);
        const __m128d pair =
            _mm_add_pd(_mm256_castpd256_pd128(half), _mm256_extractf128_pd(half, 1));
        return pair[0] + pair[1];
    }
    static vec gated(vec gate, vec x, vec y) {
        return _mm256_blendv_pd(y, x, _mm256_cmp_pd(gate, _mm256_setzero_pd(), _CMP_GT_OQ));
    }
};

}  // namespace

dense_kernels avx2() { return {"avx2", multiply<narrow>, add_dots<narrow>}; }

}  // namespace fusionflow::solver::kernels
