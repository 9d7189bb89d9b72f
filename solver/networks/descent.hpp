#pragma once

#include <Eigen/Core>
#include <deque>
#include <memory>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/solver/networks/waiting_layer.hpp"

namespace fusionflow::solver {

/// Full-batch gradient descent of a linear network from second moments, by descent_law. It is no
/// update_rule, which needs gradients in memory: here gradients are products of low rank, which are
/// added to the weights factor by factor while these are read anyway. It owns the weights while it
/// runs.
class gradient_descent {
public:
    gradient_descent() = default;
    gradient_descent(const gradient_descent&) = delete;
    gradient_descent& operator=(const gradient_descent&) = delete;
    virtual ~gradient_descent() = default;

    /// One step of every layer.
    virtual void step() = 0;
    /// W after the last step, stacked.
    [[nodiscard]] virtual const Eigen::VectorXd& total_weights() const noexcept = 0;
    /// E = s - W Sigma before the last step, stacked; with biases, of moments about the means.
    [[nodiscard]] virtual const Eigen::VectorXd& residual() const noexcept = 0;
    /// Half of the squared mean error after the last step, and before it: the part of the loss that
    /// biases could take off. 0 without biases.
    struct mean_losses {
        double now = 0;
        double before = 0;
    };
    [[nodiscard]] virtual mean_losses mean_loss() const { return {}; }
    /// Frobenius norm of the first layer of branch m.
    [[nodiscard]] virtual double branch_norm(int m) const = 0;
    /// solver::fades() of the present weights.
    [[nodiscard]] virtual bool fades(const data::modality_set& fading,
                                     const Eigen::VectorXd& residuals) = 0;
    /// Moves the weights out; to be called last.
    [[nodiscard]] virtual state take_weights() && = 0;
};

/// network_descent for one target, no biases and one learning rate, else targets_descent.
///
/// \param weights  shape.size() numbers, or shape.size_with_biases() of them.
/// \throws data::input_error naming mean where biases need means that `moments` do not have.
[[nodiscard]] std::unique_ptr<gradient_descent> start_descent(const network_shape& shape,
                                                              const data::moments& moments,
                                                              state weights,
                                                              const descent_law& law);

/// Gradient descent with one target, whose gradients have rank one. Updates wait in waiting_layer,
/// and the products of a step, upwards and downwards, are arranged so that nearly every weight is
/// read once a step and written once in eight steps (docs/numerics.md#a-step).
/// \see tests/solver/descent_test.cpp
class network_descent final : public gradient_descent {
public:
    network_descent(const network_shape& shape, const data::moments& moments, state weights,
                    descent_law law);

    void step() override;
    [[nodiscard]] const Eigen::VectorXd& total_weights() const noexcept override { return total_; }
    [[nodiscard]] const Eigen::VectorXd& residual() const noexcept override { return residual_; }
    [[nodiscard]] double branch_norm(int m) const override;
    /// Brings the weights up to date: a pass over all of them.
    [[nodiscard]] bool fades(const data::modality_set& fading,
                             const Eigen::VectorXd& residuals) override;
    [[nodiscard]] state take_weights() && override;

private:
    // How a step goes through a layer: up with columns, down with rows (space).
    enum class role {
        first,    // from the inputs: few numbers, updated at once
        last,     // to the output: its only row goes down, updated at once
        lower,    // directly above first layers, few inputs: down and up in one reading
        turning,  // directly below the last: up and down in one reading, stored row by row
        between,  // up in one reading, down in another
    };
    // The units between layers, with what a step sends through them.
    struct space {
        Eigen::VectorXd row;     // goes down: d output / d units
        Eigen::VectorXd column;  // goes up: the residual E, carried from the inputs to the units
    };
    struct node {
        layer where;
        role is = role::between;
        space* below = nullptr;  // null: first layers
        space* above = nullptr;
        int from = 0;  // first and lower: where their inputs begin
        int inputs = 0;
        std::unique_ptr<waiting_layer> body = nullptr;  // null: first and last layers
        Eigen::MatrixXd first_layers = {};              // lower: layers below it, units x inputs
        Eigen::MatrixXd products = {};                  // lower: its product with these
    };
    struct turn {
        turning_point point;
        node* last;
    };

    space* add_space(Eigen::Index units);
    void add_chain(const std::vector<layer>& layers, space* below, space* top, int from,
                   int inputs);
    void settle();
    void choose_roles();
    void choose_turns();
    void climb();
    void update();
    void descend(bool first_time);
    void find_total();
    [[nodiscard]] Eigen::Map<Eigen::MatrixXd> weights_of(const node& n) {
        return matrix(weights_.data(), n.where);
    }

    const data::moments* moments_;
    network_shape shape_;
    descent_law law_;
    state weights_;
    std::deque<space> spaces_;
    std::vector<node> nodes_;  // from the inputs up: branches, then the trunk
    std::vector<turn> turns_;
    Eigen::VectorXd total_;
    Eigen::VectorXd residual_;
    Eigen::VectorXd scratch_;
};

}  // namespace fusionflow::solver
