#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>
#include <vector>

#include "data/moments.hpp"
#include "theory/architecture.hpp"
#include "theory/learning.hpp"
#include "theory/partial_solution.hpp"

namespace fusionflow::solver {

/// Total weights at an instant inside the current step.
using weights_at = std::function<void(double t, Eigen::VectorXd& weights)>;

/// Watches a path of total weights and notes when each modality is learned.
///
/// With K learned, modality m is learned when |W_m| first rises through half of its norm at the
/// saddle it reaches on being learned: the least-squares solution on the closure of K and m, or,
/// where the race expects a group to be learned together, on K and the group. A modality whose norm
/// there is zero cannot be learned from K.
class half_height_monitor {
public:
    half_height_monitor(const data::moments& moments, const theory::architecture& arch,
                        std::vector<theory::partial_solution> saddles);

    /// Looks at the weights at t = 0. Modalities above their level already are learned at 0.
    void start(const Eigen::VectorXd& weights);

    /// Looks at the step from the last instant to `t`, at `interior` instants inside it and its
    /// end; crossings are refined on `at` to rounding level.
    void step(double t, const Eigen::VectorXd& weights, const weights_at& at, int interior);

    /// The end of the run, if nothing more can be learned on from here.
    ///
    /// \param weights     W now.
    /// \param keeps_signs flow::keeps_signs().
    [[nodiscard]] std::optional<theory::outcome> finished(const Eigen::VectorXd& weights,
                                                          bool keeps_signs);

    [[nodiscard]] const std::vector<double>& times() const noexcept { return times_; }
    [[nodiscard]] const data::modality_set& learned() const noexcept { return learned_; }

private:
    void examine(double t0, double t1, const Eigen::VectorXd& weights, const weights_at& at);
    void update_levels();
    [[nodiscard]] std::optional<data::modality_set> expected_group(int m) const;
    void learn(int m, double t);
    [[nodiscard]] double excess(int m, const Eigen::VectorXd& weights) const;

    const data::moments* moments_;
    const theory::architecture* arch_;
    std::vector<theory::partial_solution> saddles_;
    theory::partial_solution final_;
    theory::partial_solution current_;  // the saddle of what is learned now
    data::modality_set learned_;
    std::vector<double> times_;
    std::vector<double> levels_;       // half-heights now; 0: cannot be learned from here
    std::vector<double> final_times_;  // first crossings of half the final norm
    double time_ = 0;
    Eigen::VectorXd scratch_;
    Eigen::VectorXd residual_;
};

}  // namespace fusionflow::solver
