#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

/// Gradients of a linear network from second moments, as products of rank K: for a layer with the
/// backward rows B (outputs by units above) and residual-weighted forward columns F (units below by
/// outputs), -dLoss/dW = B^T F^T, where F is E_m^T carried up from the input. It takes two products
/// a layer and allocates nothing after construction.
///
/// A network with biases is one with a constant input that enters every hidden space and the
/// output. With c = sum of B b over all spaces (B: backward rows, b: biases) its output is
/// W x + c and its mean error r = <y> - W <x> - c. With moments about the means in Sigma and s,
///
///     -dLoss/db = B^T r,   F begins as E_m^T + <x_m> r^T   and gains b r^T in every space.
///
/// \see docs/theory.md#problem, docs/theory.md#biases; tests/solver/gradient_test.cpp
class network_gradient {
public:
    /// \param biased  The parameters are weights and biases, shape.size_with_biases() numbers.
    /// \throws data::input_error naming mean where biases need means that `moments` do not have.
    network_gradient(const network_shape& shape, const data::moments& moments, bool biased = false);

    network_gradient(const network_gradient&) = delete;
    network_gradient& operator=(const network_gradient&) = delete;

    /// W, the product of the layers on each path, stacked. Also prepares the backward rows.
    void total_weights(const double* weights, Eigen::VectorXd& total);

    /// descent = -dLoss/dW at `weights`, in the layout of the weights.
    void descent(const double* weights, double* descent);

    /// One step of gradient descent, with the rows of the last total_weights().
    ///
    /// \param total  The result of that call.
    void step(double* weights, const Eigen::VectorXd& total, const descent_law& law);

    /// E at the last descent() or step(), stacked; with biases, of moments about the means.
    [[nodiscard]] const Eigen::VectorXd& residual() const noexcept { return residual_; }

    /// |r|^2/2 at the last total_weights(), the part of the loss that biases could take off; 0
    /// without biases.
    [[nodiscard]] double mean_loss() const noexcept { return mean_error_.squaredNorm() / 2; }

private:
    // A layer with what comes down to its output (transposed) and what comes up to its input.
    struct stage {
        layer where;
        Eigen::MatrixXd row;
        Eigen::MatrixXd column;
        Eigen::Index bias = -1;  // place of the biases of the space above it; -1: none there
    };
    // The biases of a space, with the rows that come down to it.
    struct bias_place {
        Eigen::Index offset;
        Eigen::Index units;
        const Eigen::MatrixXd* row;
    };

    void backward(const double* weights, std::vector<stage>& stages, Eigen::MatrixXd& below);
    template <typename Change>
    void forward(const double* weights, std::vector<stage>& stages, Eigen::MatrixXd* above,
                 const Change& change);
    template <typename Change>
    void change_all(const double* weights, const Change& change);

    void place_biases(Eigen::Index first);
    void find_mean_error(const double* parameters, const Eigen::VectorXd& total);
    void begin_column(const double* parameters, Eigen::MatrixXd& column, Eigen::Index bias) const;

    std::optional<data::moments> centered_{};  // with biases
    const data::moments* moments_;
    data::moment_means means_{};      // with biases
    std::vector<bias_place> biases_;  // in the order of the parameters
    Eigen::Index fused_bias_ = -1;    // biases of the space where branches meet a trunk
    Eigen::VectorXd mean_error_;      // r, K numbers; empty without biases
    std::vector<std::vector<stage>> branches_;
    std::vector<stage> trunk_;
    Eigen::MatrixXd fused_row_;                // d outputs / d fused hidden units
    std::vector<Eigen::MatrixXd> input_rows_;  // W_m^T
    Eigen::VectorXd total_;
    Eigen::VectorXd residual_;
};

}  // namespace fusionflow::solver
