#pragma once

#include <Eigen/Core>
#include <Eigen/SVD>
#include <vector>

#include "data/moments.hpp"
#include "solver/flow.hpp"
#include "theory/architecture.hpp"
#include "theory/initialisation.hpp"

namespace fusionflow::solver {

/// The flow of balanced networks of any number of targets K (docs/theory.md#vector-targets): what
/// reduced_flow is for one. Exact, whatever the modes of the modalities do to each other.
///
/// A balanced branch is known by its first layer up to rotations, A_m (K x D_m), a balanced trunk
/// by any of its layers, C (K x K):
///
///     W_m = T B_m,   B_m = (A_m A_m^T)^((n_m-1)/2) A_m,   T = (C C^T)^((p-1)/2) C  (p = 0: I)
///
/// With A = U diag(u) V^T and X = U^T (T^T E_m) V, gradient flow of all layers is
///
///     dA/dt = U (alpha o sym X + beta o anti X) V^T  +  terms X u^(n-1) outside of U and V,
///     alpha_ij = (u_i^n + u_j^n)/(u_i + u_j),   beta_ij = (u_i^n - u_j^n)/(u_i - u_j)
///
/// (o: entry by entry), and for C the same with p and sum_m E_m B_m^T. C^T C - sum_m A_m A_m^T is
/// conserved. State: A_1 ... A_M, then C where p > 0, column by column.
class targets_flow final : public flow {
public:
    /// \param init  Balanced: A_m = u_m(0) initial_directions(), C^2 = sum_m A_m A_m^T + c.
    /// \throws data::input_error if sizes differ, a rule of `init` is broken, or times would be
    ///         beyond the range of numbers (naming init); naming scheme.
    targets_flow(const data::moments& moments, const theory::architecture& arch,
                 const theory::initialisation& init);

    [[nodiscard]] state initial() const override { return initial_; }
    void derivative(const state& x, state& dxdt) override;
    /// Of singular values, each relative to itself, and of the directions between them.
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;

private:
    using svd = Eigen::JacobiSVD<Eigen::MatrixXd>;
    // A matrix in the state that stands for so many equal layers.
    struct factor {
        int layers = 0;
        Eigen::Index rows = 0;
        Eigen::Index cols = 0;
        std::size_t at = 0;
        svd parts;  // of the state that was looked at last
        [[nodiscard]] Eigen::Map<const Eigen::MatrixXd> in(const state& x) const {
            return {x.data() + at, rows, cols};
        }
        [[nodiscard]] Eigen::Map<Eigen::MatrixXd> in(state& x) const {
            return {x.data() + at, rows, cols};
        }
    };
    [[nodiscard]] factor append(int layers, const Eigen::MatrixXd& start);
    void look_at(const state& x);
    [[nodiscard]] static Eigen::MatrixXd product(const factor& f, const state& x);
    [[nodiscard]] static Eigen::MatrixXd speed(const factor& f, const Eigen::MatrixXd& push);
    [[nodiscard]] double error_of(const factor& f, const state& x, const state& error) const;

    const data::moments* moments_;
    std::vector<factor> branches_;
    std::vector<factor> trunk_;  // one, or none in late fusion
    state initial_;
    double least_norm_;
    // Of the state that was looked at last:
    std::vector<Eigen::MatrixXd> below_;  // B_m
    Eigen::MatrixXd above_;               // T
    Eigen::VectorXd weights_;
    Eigen::VectorXd residual_;
};

}  // namespace fusionflow::solver
