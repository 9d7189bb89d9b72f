#pragma once

#include <Eigen/Core>
#include <vector>

namespace fusionflow::theory {

/// A balanced network of any number of targets, layer by layer, as the state of an integrator:
/// theory::grow() and the way from plateau to plateau integrate it.
///
/// A branch is given by A (h x D, h units where the branches meet), A = U diag(u) V^T: its layers
/// are diag(u) V^T, diag(u), ..., U diag(u). The trunk's are R, ..., R, O R with R (h x h)
/// symmetric and O (K x h) orthonormal. Gradient flow keeps it balanced.
class layered_network {
public:
    using state = std::vector<double>;
    struct branch {
        int layers = 1;
        Eigen::MatrixXd weights{};
    };

    /// \param shared   p >= 0 layers of the trunk.
    /// \param outputs  O; without a trunk h = K and O is not used.
    /// \param root     R; used only with a trunk.
    layered_network(const std::vector<branch>& branches, int shared, const Eigen::MatrixXd& outputs,
                    const Eigen::MatrixXd& root);

    [[nodiscard]] const state& start() const noexcept { return start_; }
    [[nodiscard]] std::size_t branches() const noexcept { return first_.size() - 1; }

    /// The product of the layers of a branch, h x D.
    [[nodiscard]] Eigen::MatrixXd product(const state& x, std::size_t m) const;
    /// The product of the layers of the trunk, K x h; the identity without one.
    [[nodiscard]] Eigen::MatrixXd trunk(const state& x) const;
    /// dx/dt of gradient flow under pushes E_m (K x D_m), minus the gradients by the total weights.
    void derivative(const state& x, const std::vector<Eigen::MatrixXd>& pushes, state& dxdt) const;

    /// A of a branch, h x D.
    [[nodiscard]] Eigen::MatrixXd weights(const state& x, std::size_t m) const;
    /// The orthonormal factor of the trunk, K x h: the outputs that the h units go to.
    [[nodiscard]] Eigen::MatrixXd turn(const state& x) const;
    /// The largest norm of a first layer.
    [[nodiscard]] double largest(const state& x) const;
    /// The largest error of a layer relative to its norm; NaN if one of them is not finite.
    [[nodiscard]] double relative(const state& x, const state& error) const;

    /// The factor from the length of a step of order 5 to that of the next.
    ///
    /// \param off  The step's relative error over the tolerance: up to 1 it stands; NaN: failed.
    [[nodiscard]] static double next_length(double off);

private:
    struct layer {
        std::size_t at;
        Eigen::Index rows, cols;
    };
    void append(const Eigen::MatrixXd& w);
    [[nodiscard]] Eigen::Map<const Eigen::MatrixXd> in(const state& x, std::size_t j) const {
        return {x.data() + layers_[j].at, layers_[j].rows, layers_[j].cols};
    }
    [[nodiscard]] Eigen::Map<Eigen::MatrixXd> in(state& x, std::size_t j) const {
        return {x.data() + layers_[j].at, layers_[j].rows, layers_[j].cols};
    }
    [[nodiscard]] Eigen::MatrixXd product(const state& x, std::size_t from, std::size_t to) const;
    void push_layers(const state& x, state& dxdt, std::size_t from, std::size_t to,
                     Eigen::MatrixXd push) const;

    int shared_;
    Eigen::Index units_;  // h
    std::vector<layer> layers_;
    std::vector<std::size_t> first_;  // the first layer of each branch, then of the trunk
    state start_;
};

/// P, which is R of a trunk in a balanced network: P^2 = sum_m A_m A_m^T + c.
///
/// \param all     A_m of all branches, h x D_m; at least one.
/// \param excess  c >= 0; weight squared.
[[nodiscard]] Eigen::MatrixXd balanced_root(const std::vector<Eigen::MatrixXd>& all, double excess);

}  // namespace fusionflow::theory
