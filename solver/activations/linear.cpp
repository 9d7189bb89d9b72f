#include "fusionflow/solver/activations/activation.hpp"

namespace fusionflow::solver {

/// \see tests/solver/activations_test.cpp
extern const activation_function linear_units = {
    .name = "linear", .about = "phi(z) = z", .slope_below = [](double /*number*/) { return 1.0; }};

}  // namespace fusionflow::solver
