#pragma once

#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/theory/finite/effective_start.hpp"

namespace fusionflow::solver {

/// The flow of aligned networks, balanced or not: one number per layer, whatever the widths, and a
/// vector w_m for the first layer of each branch. With S_m the product of the further layers of
/// branch m, F that of the trunk, e_m = E_m w_m, and "/x" for a product without its factor x:
///
///     W_m = S_m F w_m,   tau dw_m/dt = S_m F E_m,   tau da/dt = (S_m/a) F e_m   (a of branch m),
///     tau db/dt = (F/b) sum_m S_m e_m   (b of the trunk)
///
/// Numbers may be zero and change sign. State: w_m and the further layers, branch by branch, then
/// the trunk, last the time. Its balanced case is the reduced flow.
///
/// docs/width-law.md#chain; tests/solver/chain_flow_test.cpp
class chain_flow final : public flow {
public:
    /// \param start  One vector and n_m - 1 numbers per branch, p numbers of the trunk.
    /// \param keeps_signs  True for balanced weights: flow::keeps_signs().
    /// \throws data::input_error naming moments if sizes differ, init if a weight is not finite.
    chain_flow(const data::moments& moments, const theory::aligned_weights& start,
               bool keeps_signs);

    [[nodiscard]] state initial() const override { return initial_; }
    [[nodiscard]] std::size_t size() const override { return initial_.size(); }
    void derivative(const state& x, state& dxdt) override;
    /// Errors of a layer are relative to its size, or to the smallest nonzero starting size on its
    /// path (in the trunk, for the trunk's) if that is larger: those drive layers that start at 0.
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    [[nodiscard]] bool keeps_signs() const override { return keeps_signs_; }
    [[nodiscard]] bool keeps_time() const override { return true; }
    [[nodiscard]] bool has_jacobian() const override { return true; }
    /// sum_i E_i d2W_i/dx2 - (dW/dx)^T Sigma dW/dx, as of every gradient flow.
    void jacobian(const state& x, Eigen::MatrixXd& j) override;

private:
    // Consecutive numbers of the state that are multiplied.
    struct product {
        std::size_t at = 0;
        std::size_t count = 0;
        double value = 1;
        std::vector<double> without{};  // the product without each of the factors
    };
    struct branch {
        std::size_t at = 0;  // of w_m
        int dim = 0;
        Eigen::Index offset = 0;
        product layers{};
        double least = 0;  // least size that errors are compared with
    };
    void find_products(const state& x);
    void find_slopes(const state& x);
    void add_curvature(const state& x, const branch& b, Eigen::MatrixXd& j) const;

    const data::moments* moments_;
    std::vector<branch> branches_;
    product trunk_;
    double least_trunk_ = 0;
    bool keeps_signs_;
    state initial_;
    // Values at the state that was looked at last.
    Eigen::VectorXd weights_;
    Eigen::VectorXd residual_;
    Eigen::MatrixXd slopes_;  // dW/dx
    Eigen::MatrixXd pulled_;  // Sigma dW/dx
};

}  // namespace fusionflow::solver
