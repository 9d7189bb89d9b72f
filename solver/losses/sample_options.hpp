#pragma once

#include "fusionflow/data/samples.hpp"
#include "fusionflow/solver/activations/activation.hpp"
#include "fusionflow/solver/losses/loss.hpp"
#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

/// How a network is trained on samples, beside what solver::training says.
struct sample_options {
    activation units{};
    data::chosen<loss_function> loss = &squared_loss;
    data::chosen<update_rule> rule = &gradient_descent_rule;
    bool bias = false;  ///< one per hidden unit and output, 0 at t = 0
    long batch = 0;     ///< samples per step, reshuffled each epoch; 0: all

    /// True where samples act through their second moments only, as in theory: linear units
    /// without biases, half of the squared error of K outputs, all samples in every step of plain
    /// gradient descent.
    [[nodiscard]] bool moments_suffice(Eigen::Index outputs = 1) const {
        return units.is_linear() && loss->squared != nullptr && loss->squared(outputs) == 1 &&
               rule->plain && !bias && batch == 0;
    }

    /// \throws data::input_error naming activation, loss, optimizer or batch.
    void validate() const;

    /// Checks that the loss has an answer for the targets of these samples.
    ///
    /// \throws data::input_error naming loss.
    void match(const data::samples& data) const;
};

}  // namespace fusionflow::solver
