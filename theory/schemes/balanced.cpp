#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

/// Aligned with the correlations: branch layers of norm u_m(0), the trunk's of norm u_f,
/// u_f^2 = sum_m u_m(0)^2 + c. \see tests/solver/draw_test.cpp
extern const scheme balanced_scheme = {
    .name = "balanced", .about = "aligned and balanced layers of rank one", .balanced = true};

}  // namespace fusionflow::theory
