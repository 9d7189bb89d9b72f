#include "fusionflow/solver/losses/loss.hpp"

namespace fusionflow::solver {

/// \see tests/solver/losses_test.cpp
extern const loss_function squared_loss = {
    .name = "mse",
    .about = "half of the squared error",
    .value = [](double y, double f) { return (y - f) * (y - f) / 2; },
    .slope = [](double y, double f) { return f - y; },
    .squared = true};

}  // namespace fusionflow::solver
