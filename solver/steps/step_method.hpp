#pragma once

#include <memory>
#include <string>

#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/run_options.hpp"

namespace fusionflow::solver {

/// How large an error is, relative to what the state means.
struct error_gauge {
    const ode* system = nullptr;
    double time_scale = 0;  ///< >= 0; errors of a kept time are relative to this plus the step's
    double rtol = 1e-9;
    /// What the iterations of an implicit method may leave of a step, as a part of rtol.
    double unsolved = 0.05;

    /// \param x  At the end of the step, with the time it took.
    /// \return   The larger of the errors of state and time; infinity where one of them is NaN.
    [[nodiscard]] double operator()(const state& x, const state& error) const;
};

/// One step of a system by some method. Its results can be read until the next attempt.
class step_method {
public:
    step_method() = default;
    step_method(const step_method&) = delete;
    step_method& operator=(const step_method&) = delete;
    virtual ~step_method() = default;

    /// As --stepper; where several were used, all of them, joined by " + ".
    [[nodiscard]] virtual std::string name() const = 0;

    /// Tries a step of length h on the system's clock.
    ///
    /// \param x     Where the step starts; must stay as it is until the next attempt.
    /// \param dxdt  The speed there.
    /// \return      False where the method has no finite answer: the step is too long.
    [[nodiscard]] virtual bool attempt(const state& x, const state& dxdt, double h,
                                       const error_gauge& gauge) = 0;

    [[nodiscard]] virtual const state& next() const = 0;
    [[nodiscard]] virtual const state& next_speed() const = 0;

    /// The estimated error of the step, over what is allowed; accept up to 1.
    [[nodiscard]] virtual double error() const = 0;
    /// How error() grows with the step: as h to this power.
    [[nodiscard]] virtual double error_power() const = 0;
    /// How error() falls with the tolerance: as rtol to minus this power.
    [[nodiscard]] virtual double tolerance_power() const { return 1; }

    /// The state at a place inside the accepted step, 0 ... h, by interpolation.
    virtual void inside(double place, state& x) = 0;
    /// The state at a place inside the accepted step by a step of its own, as accurate as next();
    /// by interpolation where that step has no answer.
    virtual void at(double place, const error_gauge& gauge, state& x) = 0;

    /// Called before steps by this method begin, or begin again after some by another: what it has
    /// estimated of the flow may be long out of date.
    virtual void begin() {}
    /// The largest rate at which solutions next to the last step part or meet, as far as that step
    /// showed it without further derivatives; 0 for methods that do not know.
    [[nodiscard]] virtual double rate() const { return 0; }

    /// Called when a step was accepted. The next one may be taken by another method.
    ///
    /// \param proposed  The length that the controller would take next.
    /// \return          The length to take.
    [[nodiscard]] virtual double review(double proposed, const error_gauge& /*gauge*/) {
        return proposed;
    }
};

/// A method that stores the results of its step.
class single_method : public step_method {
public:
    [[nodiscard]] const state& next() const final { return next_; }
    [[nodiscard]] const state& next_speed() const final { return next_speed_; }
    [[nodiscard]] double error() const final { return error_; }

protected:
    explicit single_method(std::size_t size) : next_(size), next_speed_(size) {}

    state next_;
    state next_speed_;
    double error_ = 0;
};

/// \param evaluations  Counts derivatives.
[[nodiscard]] std::unique_ptr<step_method> make_dopri5(ode& system, long& evaluations);
[[nodiscard]] std::unique_ptr<step_method> make_cash_karp(ode& system, long& evaluations);
[[nodiscard]] std::unique_ptr<step_method> make_fehlberg78(ode& system, long& evaluations);
[[nodiscard]] std::unique_ptr<step_method> make_bulirsch_stoer(ode& system, long& evaluations);
/// For stiff flows whose Jacobian has real eigenvalues, as gradient flows have: it takes as many
/// stages as stability needs.
[[nodiscard]] std::unique_ptr<step_method> make_chebyshev(ode& system, long& evaluations);
/// The system must have a jacobian().
[[nodiscard]] std::unique_ptr<step_method> make_radau(ode& system, long& evaluations);
/// Dopri5 where accuracy limits the steps; where stability would, radau if the flow has a
/// jacobian(), and make_chebyshev() if it has none.
[[nodiscard]] std::unique_ptr<step_method> make_switching(ode& system, long& evaluations);

/// The method that the options name. `automatic` is radau where the flow has a jacobian() and the
/// state a few numbers (its steps are then the cheapest, stiff or not), unless nothing waits and
/// the tolerance is loose, as in early fusion at 1e-6. Otherwise it is make_switching().
///
/// \throws data::input_error naming stepper where a flow cannot be integrated by it.
[[nodiscard]] std::unique_ptr<step_method> make_method(const run_options& options, flow& system,
                                                       long& evaluations);

}  // namespace fusionflow::solver
