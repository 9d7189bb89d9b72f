#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

/// Layers are aligned with the correlations, of norm u_m(0) in the branches and u_f in the trunk,
/// u_f^2 = sum_m u_m(0)^2 + c. \see tests/solver/draw_test.cpp
extern const scheme balanced_scheme = {
    .name = "balanced", .about = "aligned and balanced layers of rank one", .balanced = true};

}  // namespace fusionflow::theory
