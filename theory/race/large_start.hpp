#pragma once

#include <string>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::theory {

/// Why initial weights are no small start of two-layer late fusion: biases are drawn, or the layers
/// have no norm u0 and the square of effective_norm(), which is the |W_m| that the growing part of
/// the weights would make, is above a tenth of what is to be learned. What the formulas neglect is
/// about the square of that part. Empty where the start is small, or follows from u0.
///
/// \param weight  |W_m| that is to be learned.
[[nodiscard]] std::string large_start(const data::moments& moments, const architecture& arch,
                                      const initialisation& init, double weight, int m);

}  // namespace fusionflow::theory
