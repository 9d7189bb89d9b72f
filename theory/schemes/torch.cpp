#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

/// Entries U(-b, b), b = 1/sqrt(fan_in), as torch.nn.Linear begins: their variance is 1/(3 fan_in).
/// Biases are drawn likewise. \see tests/theory/schemes_test.cpp; tests/interchange/torch_test.py
extern const scheme torch_scheme = {
    .name = "torch",
    .about = "entries and biases as torch.nn.Linear begins, uniform within 1/sqrt(fan_in)",
    .power = [](const layer_entries& of) { return of.count / (3 * of.columns); },
    .uniform = true,
    .scaled = false,
    .draws_biases = true};

}  // namespace fusionflow::theory
