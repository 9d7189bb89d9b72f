#pragma once

#include <limits>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/flows/residual_rounding.hpp"
#include "fusionflow/solver/flows/two_layer_start.hpp"

namespace fusionflow::solver {

/// The exact flow of two-layer networks, late or early, modalities of any dimension, from any
/// weights, at a cost that does not depend on the width.
///
/// A block is all modalities that share hidden units. With its Theta = [W1^T; w2] and residual E
/// (D_b numbers), tau dTheta/dt = K Theta, K = [[0, E^T], [E, 0]], so Q = Theta Theta^T obeys
/// tau dQ/dt = K Q + Q K. State: a square root F of Q per block, Q = F F^T, (D_b+1) x r, with
///
///     tau dF/dt = K F,   W = F_last F_top^T,   |W1_m| = |rows m of F|.
///
/// F keeps Q positive semi-definite whatever the errors, and its condition number is the root of
/// that of Q. Errors are measured relative to the rows of each modality and to the last row
/// separately: a block may hold a modality that has grown and one that has not (early fusion), and
/// the two layers may differ in scale.
///
/// docs/theory.md#exact-two-layer; tests/solver/gram_flow_test.cpp
class gram_flow : public flow {
public:
    /// \param start  Built for these moments.
    /// \throws data::input_error naming moments where the sizes differ, or init where the squares
    ///         of a block's weights cannot be told from zero.
    gram_flow(const data::moments& moments, const two_layer_start& start);

    [[nodiscard]] state initial() const override { return initial_; }
    [[nodiscard]] std::size_t size() const override { return initial_.size(); }
    void derivative(const state& x, state& dxdt) override;
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    [[nodiscard]] bool keeps_signs() const override { return keeps_signs_; }
    void settle(const state& x, state& dxdt) override;
    /// A few times as long as the speed takes to change. Implicit steps damp a transient that they
    /// do not follow, but not its effect, by its square, on the imbalance of the layers: that is
    /// conserved, so nothing brings it back.
    [[nodiscard]] double horizon(const state& /*x*/, const state& /*dxdt*/,
                                 double /*rtol*/) const override {
        return horizon_;
    }
    /// True for states of up to 150 numbers. For larger ones an implicit step costs more than the
    /// stages that an explicit one needs.
    [[nodiscard]] bool has_jacobian() const override;
    /// sum_i E_i d2W_i/dx2 - (dW/dx)^T Sigma dW/dx, as of every gradient flow.
    void jacobian(const state& x, Eigen::MatrixXd& j) override;

protected:
    /// -dE/dV, D x D, where V is the product of the two layers: Sigma, if V is W.
    [[nodiscard]] virtual const Eigen::MatrixXd& response() const { return moments_->covariance(); }

private:
    // F^T of a block, column by column: r numbers for each of its inputs, then for the output.
    struct block {
        Eigen::Index at;      // of F^T in the state
        Eigen::Index rank;    // r
        Eigen::Index inputs;  // D_b
        Eigen::Index offset;  // of the inputs in W
        [[nodiscard]] Eigen::Index column(Eigen::Index i) const { return at + i * rank; }
        [[nodiscard]] Eigen::Index size() const { return (inputs + 1) * rank; }
    };
    // Numbers of the state that share a scale: the inputs of a modality, or an output.
    struct group {
        Eigen::Index at;
        Eigen::Index size;
        std::size_t block;
    };

    // dxdt = K F with residual_ as it stands.
    void set_speed(const state& x, state& dxdt) const;
    [[nodiscard]] bool stands(Eigen::Index input) const;

    const data::moments* moments_;
    std::vector<block> blocks_;
    std::vector<group> groups_;
    std::vector<std::size_t> group_of_;  // of the inputs of modality m
    state initial_;
    bool keeps_signs_;
    double horizon_ = std::numeric_limits<double>::infinity();
    state speed_;   // of the inputs that move
    state change_;  // its derivative
    Eigen::VectorXd weights_;
    Eigen::VectorXd residual_;
    residual_rounding rounding_;
    Eigen::VectorXd terms_;   // of the residual
    Eigen::VectorXd speeds_;  // dV/dt
    Eigen::VectorXd bends_;   // dE/dt
    Eigen::MatrixXd slopes_;  // dV/dx
    Eigen::MatrixXd pulled_;  // -dE/dx
};

}  // namespace fusionflow::solver
