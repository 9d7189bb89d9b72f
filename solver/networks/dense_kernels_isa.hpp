#pragma once

#include "fusionflow/solver/networks/dense_kernels.hpp"

namespace fusionflow::solver::kernels {

// Built for x86-64 only; to be called only where the processor has the instructions.
[[nodiscard]] dense_kernels avx512();
[[nodiscard]] dense_kernels avx2();

[[nodiscard]] dense_kernels portable();

}  // namespace fusionflow::solver::kernels
