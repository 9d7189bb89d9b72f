#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

/// Entries N(0, u0^2 share/(rows columns)): Frobenius norms of about u0 in the branches, sqrt(M) u0
/// of the fusing matrix and in the trunk. With initialisation::layer_norms each layer has its own
/// norm in place of u0. \see tests/theory/schemes_test.cpp
extern const scheme gaussian_scheme = {
    .name = "gaussian",
    .about = "independent entries, layers of about the same Frobenius norm",
    .power = [](const layer_entries& of) { return of.share * of.count / (of.rows * of.columns); },
    .keeps_norms = true};

}  // namespace fusionflow::theory
