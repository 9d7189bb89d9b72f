#pragma once

#include <memory>

#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/flows/gauss_newton.hpp"
#include "fusionflow/solver/networks/gradient.hpp"

namespace fusionflow::solver {

/// Gradient flow of a full linear network, dW_j/dt = -g dLoss/dW_j - lambda W_j with g the factor
/// of the learning rate of the layer's part of the network; the state is its weights, and its
/// biases after them where it has any. Errors are measured per layer, relative to the layer's
/// Frobenius norm, so that no scale of weights is preferred; those of biases relative
/// to the layer that leads to them and the biases themselves.
class network_flow final : public flow {
public:
    /// \param weights  shape.size() numbers, or shape.size_with_biases() of them.
    network_flow(const network_shape& shape, const data::moments& moments, state weights,
                 bool keeps_signs, double weight_decay = 0,
                 const theory::learning_rates& rates = {});

    [[nodiscard]] state initial() const override { return initial_; }
    [[nodiscard]] std::size_t size() const override { return initial_.size(); }
    void derivative(const state& x, state& dxdt) override;
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    [[nodiscard]] double mean_loss() const override { return gradient_.mean_loss(); }
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    // Reading the weights inside a step costs as much as a derivative, and wherever |W_m| can cross
    // its level, explicit steps are short against its growth. Implicit ones need not be.
    [[nodiscard]] int interior_samples() const override {
        return fast_ != nullptr && fast_->is_used() ? 4 : 0;
    }
    [[nodiscard]] bool keeps_signs() const override { return keeps_signs_; }
    [[nodiscard]] double weight_decay() const override { return weight_decay_; }
    [[nodiscard]] stiff_part* fast() override;
    [[nodiscard]] bool fades(const state& x, const data::modality_set& fading,
                             const Eigen::VectorXd& residuals) const override {
        return solver::fades(*shape_, x.data(), fading, residuals, weight_decay_);
    }

private:
    const network_shape* shape_;
    const data::moments* moments_;
    network_gradient gradient_;
    std::unique_ptr<gauss_newton> fast_;  // made when it is first asked for
    state initial_;
    bool keeps_signs_;
    double weight_decay_;
    Eigen::ArrayXd rates_;  // g of every parameter; empty where all are 1
};

}  // namespace fusionflow::solver
