// Compiled with -mavx512f -mfma (solver/CMakeLists.txt) and run only where the processor has it.
#include <immintrin.h>

#include "fusionflow/solver/networks/dense_kernels_body.hpp"
#include "fusionflow/solver/networks/dense_kernels_isa.hpp"

namespace fusionflow::solver::kernels {

namespace {

struct wide {
    static constexpr int lanes = 8;
    static constexpr int product_rows = 8;
    static constexpr int product_vecs = 3;
    static constexpr int dots_rows = 4;
    static constexpr int dots_columns = 4;
    using vec = __m512d;

    static vec load(const double* from) { return _mm512_loadu_pd(from); }
    static void store(double* to, vec x) { _mm512_storeu_pd(to, x); }
    static vec spread(double x) { return _mm512_set1_pd(x); }
    static vec fused(vec a, vec b, vec c) { return _mm512_fmadd_pd(a, b, c); }
    static double sum(const vec* x) {
        // These forms have a mask, since g++ 12 warns about undefined registers in those without.
        const __m256d half = _mm256_add_pd(_mm512_maskz_extractf64x4_pd(0xff, *x, 0),
                                           _mm512_maskz_extractf64x4_pd(0xff, *x, 1));
        const __m128d pair =
            _mm_add_pd(_mm256_castpd256_pd128(half), _mm256_extractf128_pd(half, 1));
        return pair[0] + pair[1];
    }
    static vec gated(vec gate, vec x, vec y) {
        return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(gate, _mm512_setzero_pd(), _CMP_GT_OQ), y,
                                    x);
    }
};

}  // namespace

dense_kernels avx512() { return {"avx512", multiply<wide>, add_dots<wide>}; }

}  // namespace fusionflow::solver::kernels
