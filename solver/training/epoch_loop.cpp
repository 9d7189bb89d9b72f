#include "fusionflow/solver/training/epoch_loop.hpp"

#include <algorithm>
#include <cmath>

#include "fusionflow/solver/training/train.hpp"

namespace fusionflow::solver {

namespace {

using theory::outcome;

constexpr long epochs_per_report = 100;
constexpr double diverged_loss = 10;  // times the initial loss

}  // namespace

epoch_loop::epoch_loop(const model& about, const run_options& options, const known_end& known,
                       double weight_decay, bool keeps_signs, long steps)
    : about_(about), training_(about.training), options_(options),
      monitor_(about.moments, about.architecture, expected_saddles(about, weight_decay),
               weight_decay),
      recorder_(about.moments, options.record), branch_(about.moments.count()),
      keeps_signs_(keeps_signs), lengths_{about.training.rate() * static_cast<double>(steps),
                                          about.training.decay_rate},
      steps_(steps) {
    if (known.rest || known.weights) {
        monitor_.watch_again(known);
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

// Half of the squared error if the loss is a multiple of it, else NaN.
double epoch_loop::squared_error(double loss) const {
    if (!about_.samples) {
        return loss;
    }
    const auto multiple = training_.samples.loss->squared;
    return multiple != nullptr ? loss / multiple(about_.samples->outputs()) : theory::unknown;
}

// True once the run is over: it has come to its end, the tail has passed, and no clock reads on.
bool epoch_loop::note_end() {
    const auto fades = [this](const auto& who, const auto& residuals) {
        return fades_now(who, residuals);
    };
    if (!ended_) {
        auto end = monitor_.finished(total_, keeps_signs_, fades);
        if (end && end->outcome != outcome::learned && !ends_with(end->outcome)) {
            end.reset();
        }
        if (!end && options_.enough) {
            end = monitor_.explained(options_.enough, squared_error(loss_now(total_)), total_);
        }
        end = end ? end : monitor_.told(*options_.clock, now());
        if (!end) {
            return false;
        }
        ended_ = end->outcome;
        again_ = std::move(end->again);
        const bool at_once = again_ || *ended_ == outcome::enough;
        last_instant_ = at_once ? now() : now() * (1 + options_.tail);
        // Networks that do not come to rest may never pass the levels of the other clocks.
        reads_on_ = !again_ && *ended_ != outcome::enough && ends_with(outcome::permanent_bias);
    }
    reads_on_ = reads_on_ && !monitor_.told(*options_.clock, now());
    reads_on_ = reads_on_ && monitor_.reads_on(total_, keeps_signs_, fades);
    const double noted = again_ ? 0 : options_.note_at.value_or(0);
    return !reads_on_ && !(now() < std::max(last_instant_, noted));
}

outcome epoch_loop::march(double loss_initial) {
    monitor_.start(total_);
    const double loss_limit = diverged_loss * loss_initial;
    for (;;) {
        if (training_.epochs) {
            if (epoch_ == *training_.epochs) {
                end_of_run end = monitor_.end_at(outcome::trained, total_);
                again_ = std::move(end.again);
                return end.outcome;
            }
        } else if (monitor_.stops_at(options_.until)) {
            return outcome::stopped;
        } else if (note_end()) {
            return *ended_;
        }
        const bool may_go_on = training_.epochs || epoch_ < training_.max_epochs;
        if (!(now() < options_.max_time && may_go_on)) {
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
        } else if (reads_on_) {
            monitor_.read_step(*this, total_, 0);
        }
        if (options_.note_at && noted_.size() == 0 && now() >= *options_.note_at) {
            noted_ = total_;
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
    const double accuracy_initial = accuracy_now();
    record(true);
    const bool finite = total_.allFinite() && std::isfinite(loss_initial);
    const outcome ended = finite ? march(loss_initial) : outcome::non_finite;
    record(true);
    answer result(monitor_.answer(ended, {epoch_, 0, epoch_ * steps_}, total_));
    result.loss_initial = loss_initial;
    result.loss_final = loss_now(total_);
    result.accuracy_initial = accuracy_initial;
    result.accuracy_final = accuracy_now();
    result.time_final = now();
    result.share = monitor_.share(squared_error(result.loss_final));
    result.weights_final = total_;
    result.noted = std::move(noted_);
    result.path = std::move(recorder_).take(monitor_.in_the_end());
    result.path.partial = theory::is_failure(result.ended);
    result.stepper = steps_ == 1 ? "gradient descent" : "stochastic gradient descent";
    return result;
}

answer run_watched(trained_network network, const loop_maker& make) {
    auto loop = make(network, {});
    answer result = loop->run();
    known_end known;
    while (loop->again()) {
        known.rest = loop->again()->rest ? loop->again()->rest : known.rest;
        known.weights = loop->again()->weights;
        loop = make(network, known);
        result = loop->run();
    }
    result.epoch_length = loop->lengths();
    network.at_end = loop->take_weights();
    result.network = std::move(network);
    return result;
}

}  // namespace fusionflow::solver
