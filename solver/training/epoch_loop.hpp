#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "fusionflow/solver/answer.hpp"
#include "fusionflow/solver/clocks/half_height.hpp"
#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"

namespace fusionflow::solver {

/// Runs gradient descent epoch by epoch. Half-heights are interpolated linearly between epochs, the
/// path is recorded, and the run ends when everything is learned or at rest, in trouble, or at a
/// limit. Derived classes train the epochs.
class epoch_loop : private step_view {
public:
    answer run();

    /// What the next loop has to know if the same network is to be trained again; absent: nothing.
    [[nodiscard]] const std::optional<known_end>& again() const { return again_; }
    /// Moves the weights at the end out of the loop; to be called last.
    [[nodiscard]] virtual state take_weights() = 0;
    /// Length of the present epoch in units of tau.
    [[nodiscard]] double length() const final { return lengths_.length(std::max(epoch_, 1L)); }
    /// Lengths of all epochs.
    [[nodiscard]] const epoch_lengths& lengths() const noexcept { return lengths_; }

protected:
    /// \param about         Must outlive the loop, as must `options`. Learning is measured on its
    ///                      moments.
    /// \param known         What an earlier run has shown of the end.
    /// \param weight_decay  Weight decay of the monitor's saddles, lambda.
    /// \param steps         Steps of gradient descent in an epoch.
    epoch_loop(const model& about, const run_options& options, const known_end& known,
               double weight_decay, bool keeps_signs, long steps);

private:
    /// Prepares the run and returns W at the start.
    virtual const Eigen::VectorXd& begin() = 0;
    /// Trains one epoch and returns W after it.
    virtual const Eigen::VectorXd& train() = 0;
    /// The loss now, where W is `total`.
    [[nodiscard]] virtual double loss_now(const Eigen::VectorXd& total) const = 0;
    /// The latest loss known without more work: now, or before the epoch, where W was `before`.
    [[nodiscard]] virtual double loss_known(const Eigen::VectorXd& before) const = 0;
    /// Frobenius norm of the first layer of branch m.
    [[nodiscard]] virtual double branch_norm(int m) const = 0;
    /// solver::fades() of the weights now.
    [[nodiscard]] virtual bool fades_now(const data::modality_set& who,
                                         const Eigen::VectorXd& residuals) = 0;
    /// The part of the samples on the right side now; NaN where there is none.
    [[nodiscard]] virtual double accuracy_now() const { return theory::unknown; }
    /// Called where an epoch led to numbers that are not finite: restores the loss and the accuracy
    /// before it.
    virtual void forget_epoch() {}
    /// False where more may still be learned although the monitor sees this end.
    [[nodiscard]] virtual bool ends_with(theory::outcome /*seen*/) const { return true; }

    // The monitor sees an epoch as a step, in which a place is the time since the epoch began.
    [[nodiscard]] double accuracy() const override { return 1e-12; }
    void glance(double place, Eigen::VectorXd& weights) override { look(place, weights); }
    void look(double place, Eigen::VectorXd& weights) override {
        weights = before_ + place / length() * (total_ - before_);
    }
    [[nodiscard]] instant when(double place) override {
        const double then = lengths_.elapsed(epoch_ - 1) + place;
        return {then, then - last_half_height_};
    }
    void restart(double place) override { last_half_height_ = when(place).total; }

    [[nodiscard]] double now() const { return lengths_.elapsed(epoch_); }
    [[nodiscard]] double squared_error(double loss) const;
    bool note_end();
    theory::outcome march(double loss_initial);
    void record(bool last);

    const model& about_;
    const training& training_;
    const run_options& options_;
    half_height_monitor monitor_;
    recorder recorder_;
    Eigen::VectorXd total_;
    Eigen::VectorXd before_;
    Eigen::VectorXd branch_;
    bool keeps_signs_;
    epoch_lengths lengths_;
    long steps_;
    std::optional<theory::outcome> ended_;
    bool reads_on_ = false;  // ended, but other clocks than the norm's are still read
    double last_instant_ = theory::never;
    std::optional<known_end> again_;
    Eigen::VectorXd noted_;  // answer::noted
    long epoch_ = 0;
    double last_half_height_ = 0;
};

/// Makes the loop that trains a network from network.at_start. `known` says what earlier runs have
/// shown of its end.
using loop_maker = std::function<std::unique_ptr<epoch_loop>(const trained_network& network,
                                                             const known_end& known)>;

/// Runs a loop; if that shows something of its end that had to be known, runs another that knows
/// it.
///
/// \param network  Not trained yet: all but `at_end` is filled in.
[[nodiscard]] answer run_watched(trained_network network, const loop_maker& make);

}  // namespace fusionflow::solver
