#include "fusionflow/solver/networks/dense_kernels.hpp"

#include "fusionflow/solver/networks/dense_kernels_isa.hpp"

namespace fusionflow::solver {

std::vector<dense_kernels> available_kernels() {
    std::vector<dense_kernels> all;
#ifdef __x86_64__
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) {
        all.push_back(kernels::avx512());
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        all.push_back(kernels::avx2());
    }
#endif
    all.push_back(kernels::portable());
    return all;
}

const dense_kernels& best_kernels() {
    static const dense_kernels best = available_kernels().front();
    return best;
}

}  // namespace fusionflow::solver
