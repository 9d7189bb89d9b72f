#pragma once

namespace fusionflow::solver {

/// The law of gradient descent with weight decay, of every layer (biases do not decay):
///
///     W <- W - eta (G + lambda W) = (1 - eta lambda) W - eta G,   G = dLoss/dW
///
/// Where G stands in memory, gradient_descent_rule takes the step. Networks from moments never form
/// G, which is a product of low rank: they scale W by keep() and add -eta G factor by factor.
struct descent_law {
    double rate = 0;          ///< eta > 0, time units per step
    double weight_decay = 0;  ///< lambda >= 0, eta lambda < 1

    /// 1 - eta lambda
    [[nodiscard]] double keep() const noexcept { return 1 - rate * weight_decay; }
};

}  // namespace fusionflow::solver
