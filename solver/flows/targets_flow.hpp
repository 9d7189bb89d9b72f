#pragma once

#include <Eigen/Core>
#include <memory>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::solver {

/// The flow of balanced networks of any number of targets K (docs/theory.md#vector-targets), as
/// reduced_flow is for one. It is exact, whatever the modes of the modalities do to each other.
///
/// The layers of a balanced branch are one matrix up to rotations, A_m (K x D_m), those of a
/// balanced trunk another, C (K x K), C^T C = sum_m A_m A_m^T + c:
///
///     A_m = R U diag(u) V^T,   C = S diag(p) R^T,   W_m = S diag(p^p) U diag(u^n) V^T
///
/// The flow is that of singular values and frames, modality by modality, with U in the basis of the
/// frame R, which drops out. Its clock is c, dc = u_f^p dt / tau, u_f^2 = sum_i p_i^2. With
/// X = U^T diag((p_i/u_f)^p) S^T E_m V the potential of mode i falls at X_ii,
///
///     dz_i/dc = X_ii,   z = ln u (n = 2),   -u^(2-n)/(n-2) (n > 2),   dt/dc = u_f^(-p),
///
/// in a straight line while it waits, and frames turn as in targets_motion: a mode of 1e-12 beside
/// one of 1 loses no digits. p_i^2 is c plus the squares of row i of every U diag(u).
/// Branches of one layer are kept as R^T A_m itself.
///
/// State: modality by modality z, U, V; then S where p > 0; last the time. Frames of one number
/// are left out.
///
/// tests/solver/targets_flow_test.cpp
class targets_flow final : public flow {
public:
    /// \param init  Balanced: A_m = u_m(0) initial_directions(), C^2 = sum_m A_m A_m^T + c.
    /// \throws data::input_error if sizes differ, a rule of `init` is broken, or times would be
    ///         beyond the range of numbers (naming init), or naming scheme if it is not balanced.
    targets_flow(const data::moments& moments, const theory::architecture& arch,
                 const theory::initialisation& init);
    ~targets_flow() override;

    [[nodiscard]] state initial() const override;
    void derivative(const state& x, state& dxdt) override;
    /// Errors of potentials count as in reduced_flow, errors of frames as far as they change a
    /// matrix, relative to its singular values and to those of the trunk.
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    [[nodiscard]] bool keeps_time() const override { return true; }
    /// True for one target.
    [[nodiscard]] bool keeps_signs() const override;
    void tidy(state& x) override;
    void settle(const state& x, state& dxdt) override;
    /// So bounded, steps keep the potentials of branches of more than two layers above zero.
    [[nodiscard]] double horizon(const state& x, const state& dxdt, double rtol) const override;
    /// True for states of up to 150 numbers (see gram_flow).
    [[nodiscard]] bool has_jacobian() const override;
    /// By automatic differentiation of derivative().
    void jacobian(const state& x, Eigen::MatrixXd& j) override;

private:
    struct parts;
    std::unique_ptr<parts> own_;
};

}  // namespace fusionflow::solver
