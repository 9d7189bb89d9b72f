#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

/// Gradient descent has no state of its own. \see tests/solver/updates_test.cpp
extern const update_rule gradient_descent_rule = {
    .name = "gd",
    .about = "gradient descent",
    .plain = true,
    .begin = [](const update_start& start) -> update {
        return [=](Eigen::Ref<Eigen::ArrayXd> parameters,
                   const Eigen::Ref<const Eigen::ArrayXd>& gradient, double rate) {
            auto moved = parameters.head(start.weights);
            if (start.weight_decay > 0) {
                moved -= rate * (gradient.head(start.weights) + start.weight_decay * moved);
            } else {
                moved -= rate * gradient.head(start.weights);
            }
            const Eigen::Index biases = parameters.size() - start.weights;
            parameters.tail(biases) -= rate * gradient.tail(biases);
        };
    }};

}  // namespace fusionflow::solver
