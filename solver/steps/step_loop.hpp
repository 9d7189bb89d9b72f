#pragma once

#include <Eigen/Core>
#include <memory>
#include <optional>

#include "fusionflow/solver/clocks/half_height.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/solver/steps/step_control.hpp"
#include "fusionflow/solver/steps/step_interior.hpp"
#include "fusionflow/solver/steps/step_method.hpp"

namespace fusionflow::solver {

/// One run: the method, the ends of the current step, and what is noted on the way.
class step_loop final : private step_view {
public:
    /// \param monitor  Must be at the start of a path.
    step_loop(flow& system, const data::moments& moments, half_height_monitor& monitor,
              const run_options& options, bool note_crossings)
        : system_(system), moments_(moments), options_(options), monitor_(monitor),
          recorder_(moments, options.record),
          method_(make_method(options, system, work_.rhs_evaluations)), gauge_{&system, 0,
                                                                               options.rtol},
          interior_(system, *method_, work_.rhs_evaluations), x_(system.initial()),
          dxdt_(x_.size()), weights_(moments.correlations().size()), branch_(moments.count()),
          note_crossings_(note_crossings) {}

    followed run();
    /// What the monitor has to know before the same flow is followed again; absent: nothing.
    [[nodiscard]] const std::optional<known_end>& again() const { return again_; }

private:
    // What the monitor sees: places are on the clock of the current step.
    [[nodiscard]] double length() const override { return step_; }
    [[nodiscard]] double accuracy() const override { return options_.rtol; }
    void glance(double place, Eigen::VectorXd& weights) override;
    void look(double place, Eigen::VectorXd& weights) override;
    [[nodiscard]] instant when(double place) override;
    void restart(double place) override {
        phase_time_ = -elapsed(place);
        if (note_crossings_) {
            crossings_.push_back({monitor_.latest(), interior_.accurate(place)});
        }
    }

    theory::outcome march();
    void look_for_end();
    std::optional<theory::outcome> try_steps();
    std::optional<theory::outcome> shorten(double factor);
    bool overshoots();
    void note_step();
    double elapsed(double place);
    [[nodiscard]] double time_of(const state& x, double place) const;
    void record(double t, const state& x, bool last);
    // The loss at the state of the last total weights.
    [[nodiscard]] double loss_now() const { return loss(moments_, weights_) + system_.mean_loss(); }
    [[nodiscard]] double first_step() const;
    [[nodiscard]] double limit() const;
    [[nodiscard]] bool goes_on() const;

    flow& system_;
    const data::moments& moments_;
    const run_options& options_;
    half_height_monitor& monitor_;
    recorder recorder_;
    theory::cost work_;
    std::unique_ptr<step_method> method_;
    error_gauge gauge_;
    step_interior interior_;
    state x_, dxdt_;
    Eigen::VectorXd weights_, branch_;
    Eigen::VectorXd noted_;  // answer::noted
    double t_ = 0;           // at the start of the step
    double phase_time_ = 0;  // the same since the last half-height
    double step_ = 0;        // on the flow's clock
    static constexpr double unseen = 1e-8;
    step_control control_{unseen};
    double horizon_ = 0;              // of the last step
    double ceiling_ = theory::never;  // on steps, after one for which the method had no answer
    bool note_crossings_;
    std::vector<crossing> crossings_;
    std::optional<known_end> again_;
    std::optional<theory::outcome> ended_;  // known while the tail is still being recorded
    bool reads_on_ = false;  // ended, but other clocks than the norm's are still read
    double last_instant_ = theory::never;
};

}  // namespace fusionflow::solver
