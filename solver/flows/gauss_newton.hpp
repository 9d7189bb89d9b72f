#pragma once

#include <Eigen/Core>
#include <complex>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/stiff_part.hpp"
#include "fusionflow/solver/networks/network.hpp"

namespace fusionflow::solver {

/// A network flow has a stiff part for up to this many numbers K D in W: it decomposes a matrix of
/// that size in every step.
inline constexpr Eigen::Index most_stiff_outputs = 150;

/// The Gauss-Newton part of the Jacobian of gradient flow of a linear network,
///
///     J = -B^T B,   B = (Sigma^1/2 x I_K) dW/dtheta,
///
/// with theta all weights of the network and W its K D total weights. The rates at which W relaxes
/// are its eigenvalues. The rest of the Jacobian goes with the residual E and is the growth of
/// waiting modes, which steps have to follow anyway.
///
/// B has only K D rows. With B B^T = Q diag(mu) Q^T and the identity of Woodbury
///
///     (s - h J)^-1 v = (v - h B^T Q diag(1 / (s + h mu)) Q^T B v) / s,
///
/// so that a solution costs two passes over the weights, and nothing of their number squared.
///
/// \see docs/numerics.md#collinear-inputs; tests/solver/gauss_newton_test.cpp
class gauss_newton final : public stiff_part {
public:
    /// Both must outlive this.
    gauss_newton(const network_shape& shape, const data::moments& moments);

    [[nodiscard]] bool take(const state& x) override;
    /// True once take() was called.
    [[nodiscard]] bool is_used() const noexcept { return !weights_.empty(); }
    void solve(double shift, double h, Eigen::Ref<Eigen::VectorXd> v) override;
    void solve(std::complex<double> shift, double h, Eigen::Ref<Eigen::VectorXd> real,
               Eigen::Ref<Eigen::VectorXd> imaginary) override;

    /// B v and B^T y, for tests. The network is that of the last take().
    [[nodiscard]] Eigen::VectorXd times(const Eigen::Ref<const Eigen::VectorXd>& v);
    [[nodiscard]] Eigen::VectorXd transposed_times(const Eigen::VectorXd& y);

private:
    // A layer, and what is above it in the network of the last take(): d outputs / d its outputs.
    struct stage {
        layer where;
        Eigen::MatrixXd above;  // K x rows
    };

    void add_kernel(const std::vector<stage>& stages, Eigen::MatrixXd& reach, Eigen::Index from);
    void change_along(const std::vector<stage>& stages, const double* v, Eigen::MatrixXd& change);
    void push_along(const std::vector<stage>& stages, Eigen::MatrixXd& push, double* descent) const;
    // Q^T B v.
    [[nodiscard]] Eigen::VectorXd modes_of(const Eigen::Ref<const Eigen::VectorXd>& v);

    const network_shape* shape_;
    const data::moments* moments_;
    Eigen::MatrixXd root_;  // Sigma^1/2
    std::vector<std::vector<stage>> branches_;
    std::vector<stage> trunk_;
    Eigen::MatrixXd fused_;   // K x units: d outputs / d fused hidden units
    Eigen::MatrixXd kernel_;  // B B^T
    state weights_;           // those of the last take()
    Eigen::MatrixXd modes_;   // Q
    Eigen::VectorXd rates_;   // mu
};

}  // namespace fusionflow::solver
