#include <cmath>

#include "fusionflow/solver/activations/activation.hpp"

namespace fusionflow::solver {

/// z Phi(z), with Phi(z) = (1 + erf(z/sqrt 2))/2 the normal distribution, as PyTorch's nn.GELU
/// (not its approximation by tanh). The derivative is Phi(z) + z e^(-z^2/2)/sqrt(2 pi).
/// \see tests/solver/activations_test.cpp
extern const activation_function gelu_units = {
    .name = "gelu",
    .about = "z times the normal distribution at z",
    .bend = [](std::span<double> z, double* slopes, double /*number*/) {
        constexpr double root_half = 0.70710678118654752440;        // sqrt(1/2)
        constexpr double density_at_zero = 0.39894228040143267794;  // 1/sqrt(2 pi)
        for (double& unit : z) {
            const double below = std::erfc(-root_half * unit) / 2;
            *slopes++ = below + unit * density_at_zero * std::exp(-unit * unit / 2);
            unit *= below;
        }
    }};

}  // namespace fusionflow::solver
