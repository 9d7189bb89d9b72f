#pragma once

#include <limits>

#include "fusionflow/solver/flows/network_flow.hpp"
#include "fusionflow/solver/networks/descent.hpp"
#include "fusionflow/solver/networks/network.hpp"

namespace fusionflow::solver {

/// What comparison::note() throws where the networks have parted further than was of use.
struct parted {};

/// Trains a second network beside a first and notes how far its total weights W' part from those of
/// the first, W:
///
///     deviation = max over m of  max_t |W_m(t) - W'_m(t)| / max_t |W_m(t)|
class comparison {
public:
    comparison(const data::moments& moments, weighted_network other, descent_law law);

    /// Begins with both networks at t = 0 and forgets what was noted before.
    ///
    /// \param total  W of the first network.
    void start(const Eigen::VectorXd& total);

    /// Trains the second network by one epoch of gradient descent and notes the distance.
    ///
    /// \param total  W of the first network after the same epoch.
    void follow(const Eigen::VectorXd& total);

    /// Notes the distance of `total` and `other` at any instant.
    void note(const Eigen::VectorXd& total, const Eigen::VectorXd& other);

    /// From now on note() throws `parted` once it is clear that the deviation will be above `most`:
    /// the distance is more than that part of the largest |W_m| so far and of `sizes`.
    ///
    /// \param sizes  M numbers: norms that |W_m| may be expected to reach.
    void give_up_above(double most, Eigen::VectorXd sizes);

    /// 0 where nothing was noted; infinite where a weight was not finite.
    [[nodiscard]] double deviation() const;

    [[nodiscard]] const weighted_network& other() const noexcept { return other_; }
    [[nodiscard]] const descent_law& law() const noexcept { return law_; }

private:
    const data::moments* moments_;
    weighted_network other_;
    descent_law law_;
    std::unique_ptr<gradient_descent> descent_;
    Eigen::VectorXd apart_;  // largest distance so far, per modality
    Eigen::VectorXd size_;   // largest norm so far, per modality
    double most_ = std::numeric_limits<double>::infinity();
    Eigen::VectorXd expected_;  // norms, per modality
};

/// Gradient flow of a network and of the one that it is compared with, in the same steps. The step
/// control sees both networks, half-heights and the path only the first.
class compared_flow final : public flow {
public:
    /// \param first     Must outlive the flow.
    /// \param compared  Must outlive the flow; notes the distance wherever W is read.
    compared_flow(const weighted_network& first, const data::moments& moments, comparison& compared,
                  bool keeps_signs);

    [[nodiscard]] state initial() const override;
    void derivative(const state& x, state& dxdt) override;
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    [[nodiscard]] double mean_loss() const override { return first_.mean_loss(); }
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    [[nodiscard]] int interior_samples() const override { return first_.interior_samples(); }
    [[nodiscard]] bool keeps_signs() const override { return first_.keeps_signs(); }
    [[nodiscard]] double weight_decay() const override { return first_.weight_decay(); }
    [[nodiscard]] stiff_part* fast() override;
    [[nodiscard]] bool fades(const state& x, const data::modality_set& fading,
                             const Eigen::VectorXd& residuals) const override {
        split(x);
        return first_.fades(one_, fading, residuals);
    }

private:
    // The stiff parts of both networks, which do not feel each other.
    class both_fast final : public stiff_part {
    public:
        explicit both_fast(compared_flow& of) : of_(&of) {}
        [[nodiscard]] bool take(const state& x) override;
        void solve(double shift, double h, Eigen::Ref<Eigen::VectorXd> v) override;
        void solve(std::complex<double> shift, double h, Eigen::Ref<Eigen::VectorXd> real,
                   Eigen::Ref<Eigen::VectorXd> imaginary) override;

    private:
        [[nodiscard]] Eigen::Index middle() const { return std::ssize(of_->one_); }

        compared_flow* of_;
    };

    void split(const state& x) const;

    both_fast fast_{*this};
    comparison* compared_;
    network_flow first_;
    network_flow second_;
    mutable state one_;
    mutable state two_;
    state one_moves_;
    state two_moves_;
    Eigen::VectorXd other_total_;
};

}  // namespace fusionflow::solver
