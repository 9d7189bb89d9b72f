#include <cmath>

#include "fusionflow/solver/losses/loss.hpp"

namespace fusionflow::solver {

/// ln(1 + e^(-y f)), without overflow for y f < 0. Its slope at f = 0 is -y/2.
/// \see tests/solver/losses_test.cpp
extern const loss_function logistic_loss = {
    .name = "logistic",
    .about = "ln(1 + e^(-y f)) of labels y = +-1",
    .judge =
        [](const loss_block& block) {
            return judge_each(
                block,
                [](double y, double f) {
                    return std::log1p(std::exp(-std::abs(y * f))) + std::fmax(-(y * f), 0.0);
                },
                [](double y, double f) { return -y / (1 + std::exp(y * f)); });
        },
    .needs_labels = true};

}  // namespace fusionflow::solver
