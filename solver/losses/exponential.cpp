#include <cmath>

#include "fusionflow/solver/losses/loss.hpp"

namespace fusionflow::solver {

/// e^(-y f). Its slope at f = 0 is -y. \see tests/solver/losses_test.cpp
extern const loss_function exponential_loss = {
    .name = "exponential",
    .about = "e^(-y f) of labels y = +-1",
    .judge =
        [](const loss_block& block) {
            return judge_each(
                block, [](double y, double f) { return std::exp(-(y * f)); },
                [](double y, double f) { return -y * std::exp(-y * f); });
        },
    .needs_labels = true};

}  // namespace fusionflow::solver
