#pragma once

#include <Eigen/Core>
#include <vector>

#include "data/moments.hpp"
#include "solver/network.hpp"

namespace fusionflow::solver {

/// Gradients of a linear network from second moments, as outer products: for a layer with backward
/// row b and residual-weighted forward column f, -dLoss/dW = b^T f^T, where f is E_m^T carried up
/// from the input. Two matrix-vector products a layer, no allocation after construction.
/// \see docs/theory.md#problem; tests/solver/gradient_test.cpp
class network_gradient {
public:
    network_gradient(const network_shape& shape, const data::moments& moments);

    /// W, the product of the layers on each path, D numbers. Also prepares the backward rows.
    void total_weights(const double* weights, Eigen::VectorXd& total);

    /// descent = -dLoss/dW at `weights`, in the layout of the weights.
    void descent(const double* weights, double* descent);

private:
    // A layer with the row that comes down to its output and the column that comes up to its input.
    struct stage {
        layer where;
        Eigen::VectorXd row;
        Eigen::VectorXd column;
    };

    void backward(const double* weights, std::vector<stage>& stages, Eigen::VectorXd& below);
    void forward(const double* weights, std::vector<stage>& stages, Eigen::VectorXd* above,
                 double* descent);

    const data::moments* moments_;
    std::vector<std::vector<stage>> branches_;
    std::vector<stage> trunk_;
    Eigen::VectorXd fused_row_;                // d output / d fused hidden units
    std::vector<Eigen::VectorXd> input_rows_;  // W_m
    Eigen::VectorXd total_;
    Eigen::VectorXd residual_;
};

}  // namespace fusionflow::solver
