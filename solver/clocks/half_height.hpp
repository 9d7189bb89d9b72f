#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/clocks/clock_watch.hpp"
#include "fusionflow/solver/clocks/rest.hpp"
#include "fusionflow/solver/clocks/step_view.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::solver {

/// What is known of the end of a path from having followed it before.
struct known_end {
    std::optional<data::modality_set> rest{};  ///< modalities with weight where it came to rest
    std::optional<Eigen::VectorXd> weights{};  ///< W where the run ends before it is at rest
};

/// How a path ended, and what the path has to be watched again with, if anything: the modalities
/// at rest where some of them had not been learned, or the weights of an end that is no saddle.
struct end_of_run {
    theory::outcome outcome;
    std::optional<known_end> again;
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
///
/// All this is the clock of the norm, which decides what is learned and when a run has ended. The
/// other clocks (theory::clocks()) are read along the same path by clock_watch; a run goes on for
/// them after its end while reads_on().
class half_height_monitor {
public:
    /// \param saddles  theory::race_saddles(...); empty with a weight decay, lambda > 0.
    half_height_monitor(const data::moments& moments, const theory::architecture& arch,
                        std::vector<theory::partial_solution> saddles, double weight_decay = 0);

    /// Starts over at t = 0 on the same path, of which more is known now.
    void watch_again(const known_end& end);
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

    /// W of the saddle that the run comes to if it stays with what is learned now; the weights at
    /// its end where that is no saddle.
    [[nodiscard]] const Eigen::VectorXd& in_the_end();
    /// The part of what all modalities can explain that is explained with this loss, R^2/R^2_max:
    ///
    ///     (<|y|^2> - 2 loss) / tr s Sigma^+ s^T;   NaN where nothing can be explained
    [[nodiscard]] double share(double loss) const;

    /// The end of the run where a clock of the end is asked for, `chosen`: it has told all, and as
    /// long again has passed for the others. Absent before that, and for the norm.
    [[nodiscard]] std::optional<end_of_run> told(const theory::clock& chosen, double now);

    /// The end of the run once `enough` of what can be explained is explained, where the weights
    /// are `weights` and the loss is `loss`; absent before that, and where `enough` is.
    [[nodiscard]] std::optional<end_of_run> explained(const std::optional<double>& enough,
                                                      double loss,
                                                      const Eigen::VectorXd& weights) const;

    /// The end of a run that ends for this reason where the weights are `weights`, which is no
    /// saddle: clocks are read against that end.
    [[nodiscard]] end_of_run end_at(theory::outcome why, const Eigen::VectorXd& weights) const;

    /// After the end of the run: true while another clock waits for a modality and something moves.
    ///
    /// \param keeps_signs, fades  As in finished().
    [[nodiscard]] bool reads_on(const Eigen::VectorXd& weights, bool keeps_signs,
                                const rest_judge::fading& fades = {});
    /// step() after the end of the run, for the other clocks alone.
    void read_step(step_view& view, const Eigen::VectorXd& weights, int interior);

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
    [[nodiscard]] double rises(step_view& view, int m, double level, double from, double to);
    [[nodiscard]] data::modality_set saddle_in_the_end() const;
    [[nodiscard]] std::vector<theory::clock_times> read_clocks(theory::outcome ended) const;
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
    std::optional<Eigen::VectorXd> own_end_;  // known_end::weights
    bool came_to_rest_ = false;
    std::optional<double> told_at_;  // when the chosen clock had told all
    clock_watch clocks_;
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
