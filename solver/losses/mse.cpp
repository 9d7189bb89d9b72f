#include "fusionflow/solver/losses/loss.hpp"

namespace fusionflow::solver {

/// |y - f|^2 / K, as PyTorch's nn.MSELoss, which is a mean over samples and outputs.
/// \see tests/solver/losses_test.cpp
extern const loss_function mse_loss = {
    .name = "mse",
    .about = "the squared error, averaged over outputs",
    .judge =
        [](const loss_block& block) {
            const auto outputs = static_cast<double>(block.outputs);
            return judge_each(
                block, [=](double y, double f) { return (y - f) * (y - f) / outputs; },
                [=](double y, double f) { return 2 * (f - y) / outputs; });
        },
    .squared = [](Eigen::Index outputs) { return 2 / static_cast<double>(outputs); }};

}  // namespace fusionflow::solver
