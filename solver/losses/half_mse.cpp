#include "fusionflow/solver/losses/loss.hpp"

namespace fusionflow::solver {

/// |y - f|^2 / 2. \see tests/solver/losses_test.cpp
extern const loss_function squared_loss = {
    .name = "half-mse",
    .about = "half of the squared error, summed over outputs",
    .judge =
        [](const loss_block& block) {
            return judge_each(
                block, [](double y, double f) { return (y - f) * (y - f) / 2; },
                [](double y, double f) { return f - y; });
        },
    .squared = [](Eigen::Index /*outputs*/) { return 1.0; }};

}  // namespace fusionflow::solver
