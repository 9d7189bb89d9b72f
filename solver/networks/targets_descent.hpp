#pragma once

#include "fusionflow/solver/networks/descent.hpp"
#include "fusionflow/solver/networks/gradient.hpp"

namespace fusionflow::solver {

/// Gradient descent with any number of targets K, whose gradients have rank K, with or without
/// biases. Every weight is read twice in a step and changed in place. Where parts of the network
/// learn at rates of their own, the gradient is formed in memory.
/// \see tests/solver/targets_test.cpp; tests/solver/biases_test.cpp
class targets_descent final : public gradient_descent {
public:
    targets_descent(const network_shape& shape, const data::moments& moments, state weights,
                    descent_law law);

    void step() override;
    [[nodiscard]] const Eigen::VectorXd& total_weights() const noexcept override { return total_; }
    [[nodiscard]] const Eigen::VectorXd& residual() const noexcept override {
        return gradient_.residual();
    }
    [[nodiscard]] mean_losses mean_loss() const override {
        return {gradient_.mean_loss(), mean_loss_before_};
    }
    [[nodiscard]] double branch_norm(int m) const override;
    [[nodiscard]] bool fades(const data::modality_set& fading,
                             const Eigen::VectorXd& residuals) override;
    [[nodiscard]] state take_weights() && override { return std::move(weights_); }

private:
    network_shape shape_;
    network_gradient gradient_;
    state weights_;
    descent_law law_;
    Eigen::ArrayXd rates_;  // eta g of every parameter; empty where all are eta
    state gradient_in_memory_;
    Eigen::VectorXd total_;
    double mean_loss_before_ = 0;
};

}  // namespace fusionflow::solver
