#include <Eigen/Core>

#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

/// Gradient descent has no state of its own. \see tests/solver/updates_test.cpp
extern const update_rule gradient_descent_rule = {
    .name = "gd",
    .about = "gradient descent with weight decay",
    .plain = true,
    .begin = [](const descent_law& law, Eigen::Index weights) -> update {
        return [=](Eigen::Ref<Eigen::ArrayXd> parameters,
                   const Eigen::Ref<const Eigen::ArrayXd>& gradient) {
            auto moved = parameters.head(weights);
            if (law.weight_decay > 0) {
                moved -= law.rate * (gradient.head(weights) + law.weight_decay * moved);
            } else {
                moved -= law.rate * gradient.head(weights);
            }
            const Eigen::Index biases = parameters.size() - weights;
            parameters.tail(biases) -= law.rate * gradient.tail(biases);
        };
    }};

}  // namespace fusionflow::solver
