#pragma once

#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/flow.hpp"

namespace fusionflow::solver {

/// The exact flow of two-layer late fusion with scalar modalities, in sinh coordinates.
///
/// With a_pm = (w1 pm w2)/2, P = |a_+|^2 and Q = |a_-|^2: W = P - Q, P Q = c is conserved, and
/// W_m = 2 sqrt(c_m) sinh theta_m, d theta_m / dt = 2 E_m(W). State: theta. Exact for every width
/// and draw (docs/theory.md#exact-two-layer). Needs P, Q > 0, which all random weights have.
class two_layer_flow final : public flow {
public:
    /// \param plus   P_m > 0 at t = 0, one per modality.
    /// \param minus  Q_m > 0 at t = 0.
    /// \param overlap a_+ . a_- = (|w1|^2 - |w2|^2)/4, which is conserved and enters
    ///               |w1|^2 = P + Q + 2 a_+ . a_-; empty: 0.
    /// \throws data::input_error where a modality is not scalar or P, Q are not positive.
    two_layer_flow(const data::moments& moments, std::vector<double> plus,
                   std::vector<double> minus, std::vector<double> overlap = {});

    [[nodiscard]] state initial() const override;
    void derivative(const state& x, state& dxdt) override;
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    [[nodiscard]] bool has_jacobian() const override { return true; }
    /// -4 Sigma_mn sqrt(c_n) cosh theta_n
    void jacobian(const state& x, Eigen::MatrixXd& j) override;

private:
    const data::moments* moments_;
    std::vector<double> plus_;
    std::vector<double> minus_;
    std::vector<double> overlap_;  // a_+ . a_-
    std::vector<double> root_;     // sqrt(P Q)
    Eigen::VectorXd weights_;
    Eigen::VectorXd residual_;
};

}  // namespace fusionflow::solver
