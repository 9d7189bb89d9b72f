#include <algorithm>
#include <cmath>

#include "fusionflow/solver/losses/loss.hpp"

namespace fusionflow::solver {

/// -ln p_c of the class c of the sample, p_k = e^(f_k) / sum_j e^(f_j), as PyTorch's
/// nn.CrossEntropyLoss. The largest output is taken off before the exponentials, which then
/// neither overflow nor all vanish. The slopes are p_k - y_k: 1/K - y_k where f = 0.
/// \see tests/solver/losses_test.cpp
extern const loss_function cross_entropy_loss = {
    .name = "cross-entropy",
    .about = "-ln of the softmax of the outputs at the sample's class",
    .judge =
        [](const loss_block& block) {
            double sum = 0;
            for (Eigen::Index n = 0; n < block.count; ++n) {
                const double* f = block.values + n;
                const double* y = block.targets + n;
                double* slope = block.slopes + n;
                double largest = f[0];
                for (Eigen::Index k = 1; k < block.outputs; ++k) {
                    largest = std::max(largest, f[k * block.stride]);
                }
                double total = 0;
                double own = 0;  // of the sample's class
                for (Eigen::Index k = 0; k < block.outputs; ++k) {
                    const double above = f[k * block.stride] - largest;
                    own += y[k * block.stride] * above;
                    slope[k * block.stride] = std::exp(above);
                    total += slope[k * block.stride];
                }
                sum += std::log(total) - own;
                for (Eigen::Index k = 0; k < block.outputs; ++k) {
                    slope[k * block.stride] = slope[k * block.stride] / total - y[k * block.stride];
                }
            }
            return sum;
        },
    .needs_classes = true};

}  // namespace fusionflow::solver
