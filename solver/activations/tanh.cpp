#include <cmath>

#include "fusionflow/solver/activations/activation.hpp"

namespace fusionflow::solver {

/// tanh z; its derivative is 1 - tanh(z)^2. \see tests/solver/activations_test.cpp
extern const activation_function tanh_units = {
    .name = "tanh",
    .about = "the hyperbolic tangent",
    .bend = [](std::span<double> z, double* slopes, double /*number*/) {
        for (double& unit : z) {
            unit = std::tanh(unit);
            *slopes++ = 1 - unit * unit;
        }
    }};

}  // namespace fusionflow::solver
