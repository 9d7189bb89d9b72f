#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/clocks/rest.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::solver {

/// When something happened: since the start of the run and since the last half-height. The second
/// time is kept apart because after a long phase rounding would swallow a short one.
struct instant {
    double total = 0;
    double since_last = 0;
};

/// A step as the monitor sees it, on a clock that starts at 0 with the step.
class step_view {
public:
    step_view() = default;
    step_view(const step_view&) = delete;
    step_view& operator=(const step_view&) = delete;
    virtual ~step_view() = default;

    /// Where the step ends on its clock.
    [[nodiscard]] virtual double length() const = 0;
    /// Relative accuracy of the path; half-heights are refined to a hundredth of it.
    [[nodiscard]] virtual double accuracy() const = 0;
    /// Total weights at a place inside the step, good enough to see that a level is crossed.
    virtual void glance(double place, Eigen::VectorXd& weights) = 0;
    /// Total weights at a place inside the step, as accurate as those at its end.
    virtual void look(double place, Eigen::VectorXd& weights) = 0;
    [[nodiscard]] virtual instant when(double place) = 0;
    /// Called at a half-height: instant::since_last counts from this place on.
    virtual void restart(double place) = 0;
};

/// How a path ended. `rest` is set if modalities of that set came to rest without having been
/// learned: the path then has to be watched again with the set known.
struct end_of_run {
    theory::outcome outcome;
    std::optional<data::modality_set> rest;
};

/// A modality that was learned, and the saddle at which its norm is twice its level.
struct half_height {
    int modality = -1;
    data::modality_set saddle;
};

/// Watches a path of total weights and notes when each modality is learned.
///
/// With K learned, modality m is learned when |W_m| first rises through its level: half of its norm
/// at the saddle that the path reaches next. That saddle is the least-squares solution on the
/// closure of K and m or, where the race expects a group to be learned together, on K and the
/// group. A modality whose norm there is zero cannot be learned from K. A modality that comes to
/// rest without having crossed its level (strongly correlated ones, learned together) is measured
/// against half of its norm at rest: the path is watched again with end_of_run::rest known.
///
/// A modality that begins above its level is part of K from the start, and its time is unknown.
class half_height_monitor {
public:
    /// \param saddles  theory::race_saddles(...); empty with a weight decay, lambda > 0.
    half_height_monitor(const data::moments& moments, const theory::architecture& arch,
                        std::vector<theory::partial_solution> saddles, double weight_decay = 0);

    /// Starts over at t = 0 on the same path, which is now known to come to rest at `rest`.
    void watch_again(data::modality_set rest);
    /// Looks at the weights at t = 0.
    void start(const Eigen::VectorXd& weights);
    /// Looks at a step at `interior` places inside and at its end, where W is `weights`. Crossings
    /// are refined by view.look() to a hundredth of view.accuracy().
    void step(step_view& view, const Eigen::VectorXd& weights, int interior);

    /// The end of the run, if nothing more can be learned from here on.
    ///
    /// \param keeps_signs flow::keeps_signs().
    /// \param fades       Needed with weight decay only; called rarely.
    [[nodiscard]] std::optional<end_of_run> finished(const Eigen::VectorXd& weights,
                                                     bool keeps_signs,
                                                     const rest_judge::fading& fades = {});

    /// The result of a run that ended with this outcome at these weights.
    [[nodiscard]] theory::learning answer(theory::outcome ended, const theory::cost& work,
                                          const Eigen::VectorXd& weights);

    [[nodiscard]] const std::vector<double>& times() const noexcept { return times_; }
    [[nodiscard]] const std::vector<theory::phase>& phases() const noexcept { return phases_; }
    /// K: the modalities that were learned or began above their level.
    [[nodiscard]] const data::modality_set& learned() const noexcept { return learned_; }
    /// The half-height that was crossed last.
    [[nodiscard]] const half_height& latest() const noexcept { return latest_; }
    /// True once `until` modalities (0: never) were learned on the way and others are left.
    [[nodiscard]] bool stops_at(int until) const noexcept {
        const auto learned = std::ssize(learned_) - std::ssize(above_);
        return until > 0 && learned >= until && std::ssize(learned_) < moments_->count();
    }

private:
    void forget();
    [[nodiscard]] bool may_cross(const Eigen::VectorXd& weights) const;
    void examine_rest(step_view& view, double from, double to, const Eigen::VectorXd& weights);
    void examine(step_view& view, double from, double to, const Eigen::VectorXd& weights);
    void update_levels();
    [[nodiscard]] double norm_of(const Eigen::VectorXd& weights, int m) const;
    [[nodiscard]] double norm_at(const data::modality_set& saddle, int m);
    [[nodiscard]] data::modality_set saddle_ahead(int m) const;
    [[nodiscard]] std::optional<data::modality_set> expected_group(int m) const;
    void learn(int m, const instant& now);
    void begin_above(int m);
    void learn_at_rest(const data::modality_set& rest);
    [[nodiscard]] end_of_run conclude(const standstill& found);
    [[nodiscard]] bool explains_everything(const Eigen::VectorXd& weights);
    [[nodiscard]] double crossing(step_view& view, int m, double level, double from, double to);
    [[nodiscard]] double excess(int m, const Eigen::VectorXd& weights) const;
    void say_who_is_gone(theory::learning& answer);
    void say_what_rounding_hides(theory::learning& answer);
    [[nodiscard]] double norm_ahead(int m, const theory::partial_solution& last);

    const data::moments* moments_;
    const theory::architecture* arch_;
    double weight_decay_;
    long asked_ = 0;
    std::vector<data::modality_set> expected_;  // by the race, in its order
    saddle_book saddles_;
    rest_judge judge_;
    data::modality_set everyone_;
    double everything_ = 0;  // power that all modalities explain
    std::optional<data::modality_set> rest_;
    bool keeps_signs_ = false;
    data::modality_set learned_;
    data::modality_set above_;  // of these, those that were above their level at the start
    half_height latest_;
    std::vector<double> times_;
    std::vector<theory::level> levels_;  // norm 0: cannot be learned from here
    std::vector<int> ahead_;             // not learned, and with a level to cross
    Eigen::VectorXd scales_;             // as rest_judge::look() needs them
    std::vector<double> half_at_rest_;   // half of the norms at rest; empty: not known
    std::vector<double> rest_times_;     // first crossings of half the norm at rest
    std::vector<theory::phase> phases_;  // phases that have ended
    Eigen::VectorXd before_;             // weights at the start of the step
    Eigen::VectorXd scratch_;
    Eigen::VectorXd inside_;
};

}  // namespace fusionflow::solver
