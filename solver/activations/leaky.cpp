#include <cmath>

#include "fusionflow/solver/activations/activation.hpp"

namespace fusionflow::solver {

/// \see tests/solver/activations_test.cpp
extern const activation_function leaky_units = {
    .name = "leaky",
    .about = "z for z > 0, else A z",
    .parameter = {.letter = "A",
                  .range = "finite A >= 0",
                  .legal = [](double a) { return a >= 0 && std::isfinite(a); }},
    .slope_below = [](double a) { return a; }};

}  // namespace fusionflow::solver
