#include "fusionflow/solver/steps/step_loop.hpp"

#include <algorithm>
#include <cmath>

namespace fusionflow::solver {

namespace {

using theory::outcome;

constexpr double first_part = 0.2;     // of the step that a method of this order takes later
constexpr double same_horizon = 0.01;  // of the last one: a nearer one is new, just come into view
constexpr double relief = 3;           // the ceiling on steps rises by this factor per step
constexpr int most_rejections = 200;
constexpr double least_step = 1e-300;
constexpr double end_of_time = 1e300;
constexpr double same_time = 1e-12;  // a step may miss a time limit by this part of it
constexpr long steps_per_report = 2000;
constexpr int recorded_per_step = 12;

}  // namespace

double step_loop::first_step() const {
    const double rate = system_.relative_error(x_, dxdt_);
    const double exponent = method_->tolerance_power() / method_->error_power();
    return rate > 0 ? first_part * std::pow(options_.rtol, exponent) / rate : 1.0;
}

// A step does not go beyond this time: the end of the run, or a time to note the weights at.
double step_loop::limit() const {
    const double noted = options_.note_at.value_or(0);
    if (t_ < noted) {
        return std::min(options_.max_time, noted);
    }
    const double last = reads_on_ ? theory::never : std::max(last_instant_, t_);
    return std::min(options_.max_time, last);
}

double step_loop::time_of(const state& x, double place) const {
    return system_.keeps_time() ? x.back() : place;
}

double step_loop::elapsed(double place) {
    return system_.keeps_time() ? interior_.accurate(place).back() : place;
}

void step_loop::glance(double place, Eigen::VectorXd& weights) {
    system_.total_weights(interior_.interpolated(place), weights);
}

void step_loop::look(double place, Eigen::VectorXd& weights) {
    system_.total_weights(interior_.accurate(place), weights);
}

instant step_loop::when(double place) {
    const double since_start = elapsed(place);
    return {t_ + since_start, phase_time_ + since_start};
}

// True where the step ends beyond the time limit: it is shortened then.
bool step_loop::overshoots() {
    const double end = limit();
    const double left = end - t_;
    const double took = time_of(method_->next(), step_);
    if (!(took > left + same_time * end)) {
        return false;
    }
    step_ *= left / took;
    return true;
}

std::optional<outcome> step_loop::shorten(double factor) {
    ++work_.rejected_steps;
    step_ *= factor;
    const bool moves = system_.keeps_time() ? step_ > least_step : t_ + step_ > t_;
    return moves ? std::nullopt : std::optional(outcome::step_too_small);
}

// Tries steps until one, of length step_, is accepted; otherwise returns why there is none.
std::optional<outcome> step_loop::try_steps() {
    gauge_.time_scale = std::max(phase_time_, 0.0);
    const double horizon = system_.horizon(x_, dxdt_, options_.rtol);
    if (horizon < horizon_ && horizon > same_horizon * horizon_) {
        step_ *= horizon / horizon_;  // the step stays the same part of the horizon
    }
    horizon_ = horizon;
    step_ = std::min({step_, horizon, ceiling_});
    ceiling_ *= relief;
    for (int rejections = 0; rejections < most_rejections; ++rejections) {
        if (work_.steps + work_.rejected_steps >= options_.max_steps) {
            return outcome::step_limit;
        }
        if (!system_.keeps_time()) {
            step_ = std::min(step_, limit() - t_);
        }
        const bool solved = method_->attempt(x_, dxdt_, step_, gauge_);
        if (solved && method_->error() <= 1) {
            if (!overshoots()) {
                ++work_.steps;
                return std::nullopt;
            }
            ++work_.rejected_steps;
            continue;
        }
        if (!solved) {
            ceiling_ = step_ / 2;
        }
        if (const auto trouble = shorten(control_.after_rejection(*method_, solved, rejections))) {
            return trouble;
        }
    }
    return outcome::repeated_rejections;
}

void step_loop::record(double t, const state& x, bool last) {
    system_.total_weights(x, weights_);
    system_.branch_norms(x, branch_);
    if (recorder_.wanted()) {
        recorder_.offer(t, weights_, branch_, loss_now(), last);
    }
}

// Notes half-heights and trajectory inside the accepted step. Afterwards weights_ are those at its
// end.
void step_loop::note_step() {
    interior_.begin(x_, step_, gauge_);
    system_.total_weights(method_->next(), weights_);
    // Steps at whose end nothing has moved have nothing to show inside.
    if (recorder_.would_keep(t_ + time_of(method_->next(), step_), weights_)) {
        for (int i = 1; i < recorded_per_step; ++i) {
            const double place = step_ * i / recorded_per_step;
            const state& x =
                options_.sketch ? interior_.interpolated(place) : interior_.accurate(place);
            record(t_ + time_of(x, place), x, false);
        }
        record(t_ + time_of(method_->next(), step_), method_->next(), false);
    }
    if (!ended_) {
        monitor_.step(*this, weights_, system_.interior_samples());
    } else if (reads_on_) {
        monitor_.read_step(*this, weights_, system_.interior_samples());
    }
}

// Sets ended_ once the run has come to its end, and reads_on_ while other clocks go on after it.
void step_loop::look_for_end() {
    const auto fades = [this](const auto& who, const auto& residuals) {
        return system_.fades(x_, who, residuals);
    };
    if (!ended_) {
        auto end = monitor_.finished(weights_, system_.keeps_signs(), fades);
        if (!end && options_.enough) {
            end = monitor_.explained(options_.enough, loss_now(), weights_);
        }
        end = end ? end : monitor_.told(*options_.clock, t_);
        if (!end) {
            return;
        }
        ended_ = end->outcome;
        again_ = std::move(end->again);
        last_instant_ = *ended_ == outcome::enough ? t_ : t_ * (1 + options_.tail);
        reads_on_ = !again_ && *ended_ != outcome::enough;
    }
    reads_on_ = reads_on_ && !monitor_.told(*options_.clock, t_);
    reads_on_ = reads_on_ && monitor_.reads_on(weights_, system_.keeps_signs(), fades);
}

// True after the end of the run where there is something left to see.
bool step_loop::goes_on() const {
    return !again_ &&
           (reads_on_ || options_.record || options_.settle || t_ < options_.note_at.value_or(0));
}

outcome step_loop::march() {
    monitor_.start(weights_);
    for (;;) {
        if (!ended_ && monitor_.stops_at(options_.until)) {
            return outcome::stopped;
        }
        look_for_end();
        if (ended_ && !goes_on()) {
            return *ended_;
        }
        if (!(t_ < limit() && t_ < end_of_time)) {
            return ended_.value_or(outcome::time_limit);
        }
        if (const auto trouble = try_steps()) {
            // The outcome may be known already: then only the tail of the trajectory is cut short.
            return ended_.value_or(*trouble);
        }
        note_step();
        const double end = limit();
        const double took = time_of(method_->next(), step_);
        t_ += took;
        phase_time_ += took;
        if (t_ >= (1 - same_time) * end) {
            t_ = end;
        }
        if (options_.note_at && t_ >= *options_.note_at && noted_.size() == 0) {
            noted_ = weights_;
        }
        x_ = method_->next();
        dxdt_ = method_->next_speed();
        if (system_.keeps_time()) {
            x_.back() = 0;
        }
        system_.tidy(x_);
        system_.settle(x_, dxdt_);
        step_ = method_->review(step_ * control_.after_success(*method_), gauge_);
        if (options_.progress && work_.steps % steps_per_report == 0) {
            options_.progress(work_.steps, t_, static_cast<int>(std::ssize(monitor_.learned())));
        }
    }
}

followed step_loop::run() {
    system_.total_weights(x_, weights_);
    const double loss_initial = loss_now();
    ++work_.rhs_evaluations;
    system_.derivative(x_, dxdt_);
    step_ = first_step();
    record(0, x_, true);
    const bool fit = std::isfinite(loss_initial) &&
                     std::isfinite(system_.relative_error(x_, dxdt_)) && std::isfinite(step_);
    const outcome ended = fit ? march() : outcome::non_finite;
    record(t_, x_, true);
    answer result(monitor_.answer(ended, work_, weights_));
    result.loss_initial = loss_initial;
    result.loss_final = loss_now();
    result.time_final = t_;
    result.share = monitor_.share(result.loss_final);
    result.weights_final = weights_;
    result.noted = std::move(noted_);
    result.path = std::move(recorder_).take(monitor_.in_the_end());
    result.path.partial = theory::is_failure(result.ended);
    result.stepper = method_->name();
    return {std::move(result), x_, std::move(crossings_)};
}

}  // namespace fusionflow::solver
