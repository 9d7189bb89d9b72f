#pragma once

#include <Eigen/Core>
#include <functional>

namespace fusionflow::solver {

/// When something happened: since the start of the run and since the last half-height. The second
/// time is kept apart because after a long phase rounding would swallow a short one.
struct instant {
    double total = 0;
    double since_last = 0;
};

/// A step as those see it who watch a path, on a clock that starts at 0 with the step.
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

/// The place in [from, to] at which `height`, a function of the total weights, rises through zero;
/// one of the two if it does so outside. It is found on the interpolation and refined on the path
/// to a hundredth of view.accuracy(), in a narrow bracket around it.
///
/// \param scale    Heights of a few roundings of this number are zero.
/// \param scratch  Room for weights.
[[nodiscard]] double rising_place(step_view& view,
                                  const std::function<double(const Eigen::VectorXd&)>& height,
                                  double scale, double from, double to, Eigen::VectorXd& scratch);

}  // namespace fusionflow::solver
