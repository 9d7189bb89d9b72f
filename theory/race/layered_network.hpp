#pragma once

#include <Eigen/Core>
#include <vector>

namespace fusionflow::theory {

/// A balanced network of any number of targets, layer by layer, as a state for an integrator: what
/// theory::grow() and the way from plateau to plateau are integrated as.
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
    /// \param outputs  O; without a trunk h = K and O is not looked at.
    /// \param root     R; with a trunk alone.
    layered_network(const std::vector<branch>& branches, int shared, const Eigen::MatrixXd& outputs,
                    const Eigen::MatrixXd& root);

    [[nodiscard]] const state& start() const noexcept { return start_; }
    [[nodiscard]] std::size_t branches() const noexcept { return first_.size() - 1; }

    /// The product of the layers of a branch, h x D.
    [[nodiscard]] Eigen::MatrixXd product(const state& x, std::size_t m) const;
    /// The product of those of the trunk, K x h; the identity without one.
    [[nodiscard]] Eigen::MatrixXd trunk(const state& x) const;
    /// Gradient flow under the pushes E_m (K x D_m): minus the gradients by the total weights.
    void derivative(const state& x, const std::vector<Eigen::MatrixXd>& pushes, state& dxdt) const;

    /// A of a branch, h x D.
    [[nodiscard]] Eigen::MatrixXd weights(const state& x, std::size_t m) const;
    /// The orthonormal factor of the trunk, K x h: where the h units end among the outputs.
    [[nodiscard]] Eigen::MatrixXd turn(const state& x) const;
    /// The largest norm of a first layer.
    [[nodiscard]] double largest(const state& x) const;
    /// The largest error of a layer relative to its norm; NaN if any is.
    [[nodiscard]] double relative(const state& x, const state& error) const;

    /// What to multiply the length of a step of order 5 by.
    ///
    /// \param off  Its relative error over what is allowed; up to 1 it stands, NaN is none.
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
    std::vector<std::size_t> first_;  // layer of each branch, then of the trunk
    state start_;
};

/// P of a trunk of a balanced network, P^2 = sum_m A_m A_m^T + c.
///
/// \param all     A_m of all branches, h x D_m; at least one.
/// \param excess  c >= 0; weight squared.
[[nodiscard]] Eigen::MatrixXd balanced_root(const std::vector<Eigen::MatrixXd>& all, double excess);

}  // namespace fusionflow::theory
