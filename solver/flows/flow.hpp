#pragma once

#include <Eigen/Core>
#include <limits>

#include "fusionflow/data/modality_set.hpp"
#include "fusionflow/solver/flows/ode.hpp"

namespace fusionflow::solver {

/// An autonomous gradient flow dx/dc = f(x) from whose state the total weights of a network can be
/// read. The clock c is time in units of tau or, where keeps_time(), any other clock, with time as
/// part of the state. New kinds of flow derive from this; integrators and events know no more.
class flow : public ode {
public:
    [[nodiscard]] virtual state initial() const = 0;
    [[nodiscard]] std::size_t size() const override { return initial().size(); }

    /// Called after each accepted step, before settle(). A flow may remove from its state what has
    /// no meaning and drifted during the step.
    virtual void tidy(state& /*x*/) {}

    /// Called after each accepted step. A flow may take what rounding leaves of a speed at rest for
    /// zero from now on: over a plateau of length 1e15 it would move the weights.
    ///
    /// \param dxdt  f(x), updated where the flow now takes another speed.
    virtual void settle(const state& /*x*/, state& /*dxdt*/) {}

    /// Total weights W, stacked.
    virtual void total_weights(const state& x, Eigen::VectorXd& weights) = 0;

    /// Half of the squared mean error, the part of the loss that biases could take off, at the
    /// state of the last total_weights(). 0 for flows without biases.
    [[nodiscard]] virtual double mean_loss() const { return 0; }

    /// Norms u_m of the first layer of each branch (M numbers).
    virtual void branch_norms(const state& x, Eigen::VectorXd& norms) const = 0;

    /// The longest step on the clock that cannot miss anything: beyond it something may begin that
    /// the speed at x, to within rtol, does not show.
    [[nodiscard]] virtual double horizon(const state& /*x*/, const state& /*dxdt*/,
                                         double /*rtol*/) const {
        return std::numeric_limits<double>::infinity();
    }

    /// False where no modality waits on a plateau for another, as in early fusion: steps are then
    /// about as long as accuracy lets them be, whatever the method.
    [[nodiscard]] virtual bool waits() const { return true; }

    /// How many instants inside a step are looked at for half-heights besides its end.
    [[nodiscard]] virtual int interior_samples() const { return 4; }

    /// Weight decay lambda that is part of the flow.
    [[nodiscard]] virtual double weight_decay() const { return 0; }
    /// With weight decay: solver::fades().
    [[nodiscard]] virtual bool fades(const state& /*x*/, const data::modality_set& /*fading*/,
                                     const Eigen::VectorXd& /*residuals*/) const {
        return false;
    }

    /// True where a scalar modality cannot change sign (balanced and aligned weights).
    [[nodiscard]] virtual bool keeps_signs() const { return false; }
};

}  // namespace fusionflow::solver
