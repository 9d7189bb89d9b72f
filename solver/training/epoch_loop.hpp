#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "fusionflow/solver/answer.hpp"
#include "fusionflow/solver/clocks/half_height.hpp"
#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"

namespace fusionflow::solver {

/// Gradient descent, epoch by epoch: half-heights lie on straight lines between epochs; the path is
/// recorded; the run ends when everything is learned or at rest, in trouble, or at a limit. What an
/// epoch does is a derived class's matter.
class epoch_loop : private step_view {
public:
    answer run();

    /// Where the network came to rest, if the monitor did not know.
    [[nodiscard]] const std::optional<data::modality_set>& rest() const { return rest_; }
    /// The weights at the end: the last thing to ask for.
    [[nodiscard]] virtual state take_weights() = 0;
    /// Of an epoch, in units of tau.
    [[nodiscard]] double length() const final { return length_; }

protected:
    /// \param about         Outlives the loop, as does `options`. Learning is measured by its
    ///                      moments.
    /// \param weight_decay  That the monitor knows.
    /// \param steps         Steps of gradient descent in an epoch.
    epoch_loop(const model& about, const run_options& options,
               std::optional<data::modality_set> rest, double weight_decay, bool keeps_signs,
               long steps);

private:
    /// W at the start.
    virtual const Eigen::VectorXd& begin() = 0;
    /// One epoch; W after it.
    virtual const Eigen::VectorXd& train() = 0;
    /// The loss now, W being `total`.
    [[nodiscard]] virtual double loss_now(const Eigen::VectorXd& total) const = 0;
    /// The latest loss that an epoch tells without more work: now, or before it, W being `before`.
    [[nodiscard]] virtual double loss_known(const Eigen::VectorXd& before) const = 0;
    /// Frobenius norm of the first layer of branch m.
    [[nodiscard]] virtual double branch_norm(int m) const = 0;
    /// solver::fades() of the weights now.
    [[nodiscard]] virtual bool fades_now(const data::modality_set& who,
                                         const Eigen::VectorXd& residuals) = 0;
    /// Called where an epoch led to numbers that are not finite: the loss is the one before again.
    virtual void forget_epoch() {}
    /// False where more may be learned after an end that the monitor sees.
    [[nodiscard]] virtual bool ends_with(theory::outcome /*seen*/) const { return true; }

    // What the monitor sees of an epoch: places are times since it began.
    [[nodiscard]] double accuracy() const override { return 1e-12; }
    void glance(double place, Eigen::VectorXd& weights) override { look(place, weights); }
    void look(double place, Eigen::VectorXd& weights) override {
        weights = before_ + place / length_ * (total_ - before_);
    }
    [[nodiscard]] instant when(double place) override {
        const double now = length_ * static_cast<double>(epoch_ - 1) + place;
        return {now, now - last_half_height_};
    }
    void restart(double place) override { last_half_height_ = when(place).total; }

    [[nodiscard]] double now() const { return length_ * static_cast<double>(epoch_); }
    bool note_end();
    theory::outcome march(double loss_initial);
    void record(bool last);

    const training& training_;
    const run_options& options_;
    half_height_monitor monitor_;
    recorder recorder_;
    Eigen::VectorXd total_;
    Eigen::VectorXd before_;
    Eigen::VectorXd branch_;
    bool keeps_signs_;
    double length_;
    long steps_;
    std::optional<theory::outcome> ended_;
    double last_instant_ = theory::never;
    std::optional<data::modality_set> rest_;
    long epoch_ = 0;
    double last_half_height_ = 0;
};

/// Makes the loop that trains a network from its first weights, knowing where it will come to rest
/// if that is known.
using loop_maker = std::function<std::unique_ptr<epoch_loop>(
    const trained_network& network, const std::optional<data::modality_set>& rest)>;

/// Runs a loop, and a second one with that known, where the network came to rest unexpectedly.
///
/// \param network  Not trained yet: all but `at_end`.
[[nodiscard]] answer run_watched(trained_network network, const loop_maker& make);

}  // namespace fusionflow::solver
