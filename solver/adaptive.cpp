#include "solver/adaptive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>

#include "data/error.hpp"

namespace fusionflow::solver {

namespace {

using theory::outcome;

// Controller of Hairer, Norsett, Wanner II.4 (PI, beta = 0.04) for a method of order 5.
constexpr double safety = 0.9;
constexpr double pi_beta = 0.04;
constexpr double exponent = 0.2 - 0.75 * pi_beta;
constexpr double least_factor = 0.2;
constexpr double most_factor = 8.0;
constexpr int most_rejections = 60;  // 0.2^60: from any step to the smallest number
constexpr long steps_per_report = 2000;

struct odeint_system {
    flow* system;
    long* evaluations;
    void operator()(const state& x, state& dxdt, double /*t*/) const {
        ++*evaluations;
        system->derivative(x, dxdt);
    }
};

// One run: the stepper, the two ends of the current step, and what is noted on the way.
class step_loop {
public:
    step_loop(flow& system, const data::moments& moments, const theory::architecture& arch,
              const std::vector<theory::partial_solution>& saddles,
              const integrate_options& options)
        : system_(system), moments_(moments), options_(options), monitor_(moments, arch, saddles),
          recorder_(moments, options.record), rhs_{&system, &work_.rhs_evaluations},
          x_(system.initial()), dxdt_(x_.size()), next_(x_.size()), next_dxdt_(x_.size()),
          error_(x_.size()), inside_(x_.size()), weights_(moments.dimension()),
          branch_(moments.count()) {}

    integration run();
    [[nodiscard]] state take_state() && { return std::move(x_); }

private:
    outcome march();
    std::optional<outcome> try_steps();
    void note_step(double from);
    void record(double t, const state& x, bool last);
    [[nodiscard]] double first_step() const;
    [[nodiscard]] double limit() const;

    flow& system_;
    const data::moments& moments_;
    const integrate_options& options_;
    half_height_monitor monitor_;
    recorder recorder_;
    theory::cost work_;
    odeint_system rhs_;
    boost::numeric::odeint::runge_kutta_dopri5<state> stepper_;
    state x_, dxdt_, next_, next_dxdt_, error_, inside_;
    Eigen::VectorXd weights_, branch_;
    double t_ = 0;
    double step_ = 0;
    double previous_error_ = 1e-4;
    std::optional<outcome> ended_;  // known while the tail is still being recorded
    double last_instant_ = theory::never;
};

double step_loop::first_step() const {
    const double rate = system_.relative_error(x_, dxdt_);
    return rate > 0 ? 0.01 * std::pow(options_.rtol, 0.2) / rate : 1.0;
}

double step_loop::limit() const { return std::min(options_.max_time, last_instant_); }

// One accepted step from (t_, x_) to (t_ + step, next_), or why there is none.
std::optional<outcome> step_loop::try_steps() {
    for (int rejections = 0; rejections < most_rejections; ++rejections) {
        if (work_.steps + work_.rejected_steps >= options_.max_steps) {
            return outcome::step_limit;
        }
        step_ = std::min(step_, limit() - t_);
        if (!(t_ + step_ > t_)) {
            return outcome::step_too_small;
        }
        stepper_.do_step(rhs_, x_, dxdt_, t_, next_, next_dxdt_, step_, error_);
        const double error = system_.relative_error(next_, error_) / options_.rtol;
        const double slope = system_.relative_error(next_, next_dxdt_);
        if (error <= 1 && std::isfinite(slope)) {
            ++work_.steps;
            return std::nullopt;
        }
        ++work_.rejected_steps;
        previous_error_ = std::max(previous_error_, 1e-4);
        // NaN fails the comparison and takes the smallest factor.
        const double factor = error > 1 ? safety * std::pow(error, -exponent) : least_factor;
        step_ *= std::clamp(factor, least_factor, 1.0);
    }
    return outcome::repeated_rejections;
}

void step_loop::record(double t, const state& x, bool last) {
    system_.total_weights(x, weights_);
    system_.branch_norms(x, branch_);
    recorder_.offer(t, weights_, branch_, last);
}

// Half-heights and trajectory inside the accepted step from `from` to t_ (whose ends are x_ and
// next_).
void step_loop::note_step(double from) {
    const auto state_at = [&](double t) {
        stepper_.calc_state(t, inside_, x_, dxdt_, from, next_, next_dxdt_, t_);
    };
    system_.total_weights(next_, weights_);
    if (!ended_) {
        monitor_.step(
            t_, weights_,
            [&](double t, Eigen::VectorXd& w) {
                state_at(t);
                system_.total_weights(inside_, w);
            },
            system_.interior_samples());
    }
    if (recorder_.wanted()) {
        const int samples = 2 * system_.interior_samples() + 2;
        for (int i = 1; i < samples; ++i) {
            const double t = from + (t_ - from) * i / samples;
            state_at(t);
            record(t, inside_, false);
        }
        record(t_, next_, false);
        system_.total_weights(next_, weights_);
    }
}

outcome step_loop::march() {
    monitor_.start(weights_);
    for (;;) {
        if (!ended_) {
            ended_ = monitor_.finished(weights_, system_.keeps_signs());
            if (ended_ && !options_.record && !options_.settle) {
                return *ended_;
            }
            if (ended_) {
                last_instant_ = t_ * (1 + options_.tail);
            }
        }
        if (!(t_ < limit())) {
            return ended_.value_or(outcome::time_limit);
        }
        const double from = t_;
        if (const auto trouble = try_steps()) {
            // The end is known already; only the tail of the picture is cut short.
            return ended_.value_or(*trouble);
        }
        t_ += step_;
        note_step(from);
        const double error = std::max(system_.relative_error(next_, error_) / options_.rtol, 1e-10);
        const double factor =
            safety * std::pow(error, -exponent) * std::pow(previous_error_, pi_beta);
        previous_error_ = std::max(error, 1e-4);
        step_ *= std::clamp(factor, least_factor, most_factor);
        x_.swap(next_);
        dxdt_.swap(next_dxdt_);
        if (options_.progress && work_.steps % steps_per_report == 0) {
            options_.progress(work_.steps, t_, static_cast<int>(std::ssize(monitor_.learned())));
        }
    }
}

integration step_loop::run() {
    integration result;
    system_.total_weights(x_, weights_);
    result.loss_initial = loss(moments_, weights_);
    rhs_(x_, dxdt_, 0);
    step_ = first_step();
    record(0, x_, true);
    const bool fit = std::isfinite(result.loss_initial) &&
                     std::isfinite(system_.relative_error(x_, dxdt_)) && std::isfinite(step_);
    const outcome ended = fit ? march() : outcome::non_finite;
    record(t_, x_, true);
    result.answer = theory::conclude(monitor_.times(), ended, work_);
    result.loss_final = loss(moments_, weights_);
    result.time_final = t_;
    result.weights_final = weights_;
    result.path = std::move(recorder_).take();
    result.path.partial = theory::is_failure(result.answer.ended);
    result.stepper = "dopri5";
    return result;
}

}  // namespace

integration run_flow(flow& system, const data::moments& moments, const theory::architecture& arch,
                     const std::vector<theory::partial_solution>& saddles,
                     const integrate_options& options, state* final_state) {
    options.validate();
    step_loop loop(system, moments, arch, saddles, options);
    integration result = loop.run();
    if (final_state != nullptr) {
        *final_state = std::move(loop).take_state();
    }
    return result;
}

}  // namespace fusionflow::solver
