#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

/// Every entry N(0, u0^2). \see tests/theory/schemes_test.cpp
extern const scheme gaussian_iid_scheme = {
    .name = "gaussian-iid",
    .about = "independent entries of standard deviation u0",
    .power = [](const layer_entries& of) { return of.count; }};

}  // namespace fusionflow::theory
