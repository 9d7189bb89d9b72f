#include "fusionflow/solver/activations/activation.hpp"

namespace fusionflow::solver {

/// \see tests/solver/activations_test.cpp
extern const activation_function rectified_units = {
    .name = "relu", .about = "z for z > 0, else 0", .slope_below = [](double /*number*/) {
        return 0.0;
    }};

}  // namespace fusionflow::solver
