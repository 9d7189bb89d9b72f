#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

/// Gradients of a linear network from second moments, as products of rank K: for a layer with the
/// backward rows B (outputs by units above) and residual-weighted forward columns F (units below by
/// outputs), -dLoss/dW = B^T F^T, where F is E_m^T carried up from the input. It takes two products
/// a layer and allocates nothing after construction.
/// \see docs/theory.md#problem; tests/solver/gradient_test.cpp
class network_gradient {
public:
    network_gradient(const network_shape& shape, const data::moments& moments);

    /// W, the product of the layers on each path, stacked. Also prepares the backward rows.
    void total_weights(const double* weights, Eigen::VectorXd& total);

    /// descent = -dLoss/dW at `weights`, in the layout of the weights.
    void descent(const double* weights, double* descent);

    /// One step of gradient descent, with the rows of the last total_weights().
    ///
    /// \param total  The result of that call.
    void step(double* weights, const Eigen::VectorXd& total, const descent_law& law);

    /// E at the last descent() or step(), stacked.
    [[nodiscard]] const Eigen::VectorXd& residual() const noexcept { return residual_; }

private:
    // A layer with what comes down to its output (transposed) and what comes up to its input.
    struct stage {
        layer where;
        Eigen::MatrixXd row;
        Eigen::MatrixXd column;
    };

    void backward(const double* weights, std::vector<stage>& stages, Eigen::MatrixXd& below);
    template <typename Change>
    void forward(const double* weights, std::vector<stage>& stages, Eigen::MatrixXd* above,
                 const Change& change);
    template <typename Change>
    void change_all(const double* weights, const Change& change);

    const data::moments* moments_;
    std::vector<std::vector<stage>> branches_;
    std::vector<stage> trunk_;
    Eigen::MatrixXd fused_row_;                // d outputs / d fused hidden units
    std::vector<Eigen::MatrixXd> input_rows_;  // W_m^T
    Eigen::VectorXd total_;
    Eigen::VectorXd residual_;
};

}  // namespace fusionflow::solver
