#include <algorithm>
#include <cmath>

#include "fusionflow/solver/losses/loss.hpp"

namespace fusionflow::solver {

/// With e = y - f: e^2/2 where |e| <= D and D (|e| - D/2) beyond, averaged over outputs, as
/// PyTorch's nn.HuberLoss(delta=D). \see tests/solver/losses_test.cpp
extern const loss_function huber_loss = {
    .name = "huber",
    .about = "half of the squared error up to an error of D, straight beyond",
    .parameter = {.letter = "D",
                  .usual = 1,
                  .range = "finite D > 0",
                  .legal = [](double d) { return d > 0 && std::isfinite(d); }},
    .judge = [](const loss_block& block) {
        const auto outputs = static_cast<double>(block.outputs);
        const double bound = block.number;
        return judge_each(
            block,
            [=](double y, double f) {
                const double e = std::abs(y - f);
                return (e <= bound ? e * e / 2 : bound * (e - bound / 2)) / outputs;
            },
            [=](double y, double f) { return std::clamp(f - y, -bound, bound) / outputs; });
    }};

}  // namespace fusionflow::solver
