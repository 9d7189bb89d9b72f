#include "fusionflow/solver/training/epoch_loop.hpp"

#include <cmath>

#include "fusionflow/solver/training/train.hpp"

namespace fusionflow::solver {

namespace {

using theory::outcome;

constexpr long epochs_per_report = 100;
constexpr double diverged_loss = 10;  // times the initial loss

}  // namespace

epoch_loop::epoch_loop(const model& about, const run_options& options,
                       std::optional<data::modality_set> rest, double weight_decay,
                       bool keeps_signs, long steps)
    : training_(about.training), options_(options),
      monitor_(about.moments, about.architecture, expected_saddles(about, weight_decay),
               weight_decay),
      recorder_(about.moments, options.record), branch_(about.moments.count()),
      keeps_signs_(keeps_signs), length_(about.training.rate() * static_cast<double>(steps)),
      steps_(steps) {
    if (rest) {
        monitor_.watch_again(*std::move(rest));
    }
}

void epoch_loop::record(bool last) {
    if (recorder_.wanted()) {
        for (Eigen::Index m = 0; m < branch_.size(); ++m) {
            branch_(m) = branch_norm(static_cast<int>(m));
        }
        recorder_.offer(now(), total_, branch_, loss_now(total_), last);
    }
}

// True once the run is over: everything is learned and the tail has passed, or nothing moves.
bool epoch_loop::note_end() {
    if (!ended_) {
        const auto end =
            monitor_.finished(total_, keeps_signs_, [this](const auto& who, const auto& residuals) {
                return fades_now(who, residuals);
            });
        if (end && (end->outcome == outcome::learned || ends_with(end->outcome))) {
            ended_ = end->outcome;
            rest_ = end->rest;
            last_instant_ = rest_ ? now() : now() * (1 + options_.tail);
        }
    }
    return !(now() < last_instant_);
}

outcome epoch_loop::march(double loss_initial) {
    monitor_.start(total_);
    const double loss_limit = diverged_loss * loss_initial;
    for (;;) {
        if (monitor_.stops_at(options_.until)) {
            return outcome::stopped;
        }
        if (note_end()) {
            return *ended_;
        }
        if (!(now() < options_.max_time && epoch_ < training_.max_epochs)) {
            return ended_.value_or(outcome::time_limit);
        }
        before_ = total_;
        total_ = train();
        ++epoch_;
        const double known = loss_known(before_);
        if (!(total_.allFinite() && std::isfinite(known))) {
            total_ = before_;
            forget_epoch();
            return outcome::non_finite;
        }
        if (!(known <= loss_limit)) {
            return outcome::diverged;
        }
        if (!ended_) {
            monitor_.step(*this, total_, 0);
        }
        record(false);
        if (options_.progress && epoch_ % epochs_per_report == 0) {
            options_.progress(epoch_, now(), static_cast<int>(std::ssize(monitor_.learned())));
        }
    }
}

answer epoch_loop::run() {
    total_ = begin();
    const double loss_initial = loss_now(total_);
    record(true);
    const bool finite = total_.allFinite() && std::isfinite(loss_initial);
    const outcome ended = finite ? march(loss_initial) : outcome::non_finite;
    record(true);
    answer result(monitor_.answer(ended, {epoch_, 0, epoch_ * steps_}, total_));
    result.loss_initial = loss_initial;
    result.loss_final = loss_now(total_);
    result.time_final = now();
    result.weights_final = total_;
    result.path = std::move(recorder_).take();
    result.path.partial = theory::is_failure(result.ended);
    result.stepper = steps_ == 1 ? "gradient descent" : "stochastic gradient descent";
    return result;
}

answer run_watched(trained_network network, const loop_maker& make) {
    auto loop = make(network, std::nullopt);
    answer result = loop->run();
    if (loop->rest()) {
        loop = make(network, loop->rest());
        result = loop->run();
    }
    for (const double time : result.times) {
        result.epochs.push_back(time / loop->length());
    }
    network.at_end = loop->take_weights();
    result.network = std::move(network);
    return result;
}

}  // namespace fusionflow::solver
