#pragma once

#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/flows/input_modes.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::solver {

/// The reduced flow of early fusion, where every branch is one layer and a trunk of p layers
/// follows, in the eigenvectors of the covariance (input_modes) and on the fusion clock c,
/// dc = u_f^p dt / tau (docs/theory.md#fusion-clock):
///
///     dy_i/dc = lambda_i (y*_i - u_f^p y_i),   dt/dc = u_f^(-p),   u_f^2 = |y|^2 + c_0,
///
/// with W = u_f^p y V^T and y* = W* V of the least-squares solution. What moves along a direction
/// of little variance keeps its digits, however large the others' variances are. State: y (D
/// numbers), then the time.
///
/// tests/solver/early_reduced_flow_test.cpp
class early_reduced_flow final : public flow {
public:
    /// True for early fusion of one target and at most 150 inputs.
    [[nodiscard]] static bool serves(const data::moments& moments,
                                     const theory::architecture& arch);

    /// \throws data::input_error as reduced_flow.
    early_reduced_flow(const data::moments& moments, const theory::architecture& arch,
                       const theory::initialisation& init);

    [[nodiscard]] state initial() const override { return initial_; }
    void derivative(const state& x, state& dxdt) override;
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    [[nodiscard]] bool keeps_signs() const override { return true; }
    [[nodiscard]] bool keeps_time() const override { return true; }
    [[nodiscard]] bool waits() const override { return false; }
    [[nodiscard]] bool has_jacobian() const override { return true; }
    void jacobian(const state& x, Eigen::MatrixXd& j) override;

private:
    [[nodiscard]] Eigen::Map<const Eigen::VectorXd> numbers(const state& x) const {
        return {x.data(), modes_.variances.size()};
    }
    [[nodiscard]] double trunk_norm(const state& x) const;

    const data::moments* moments_;
    input_modes modes_;
    int shared_;
    double trunk_excess_;
    state initial_;
};

}  // namespace fusionflow::solver
