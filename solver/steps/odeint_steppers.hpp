#pragma once

#include <algorithm>
#include <boost/numeric/odeint/stepper/controlled_step_result.hpp>
#include <boost/numeric/odeint/stepper/stepper_categories.hpp>
#include <iterator>
#include <utility>

#include "fusionflow/solver/steps/odeint_system.hpp"

/// \file
/// The project's methods for stiff systems as steppers of Boost.Odeint, for any system of ordinary
/// differential equations dx/dt = f(x, t). `integrate_adaptive`, `integrate_const` and
/// `integrate_times` drive them (docs/numerics.md#elsewhere has an example):
///
/// | | controlled | with dense output | the system |
/// |---|---|---|---|
/// | Radau IIA, order 9, L-stable | controlled_radau | dense_radau | `std::pair(f, jacobian)` |
/// | Runge-Kutta-Chebyshev, order 2 | controlled_rkc | dense_rkc | `f` |
///
/// f is `void(const State& x, State& dxdt, double t)`. The Jacobian is `void(const State& x,
/// Eigen::MatrixXd& j, double t)`; at a call j has its size and is zero. A fourth argument,
/// `State& dfdt`, is allowed and not used. rkc wants eigenvalues of df/dx that are nearly real.
///
/// A step never passes with a number that is not finite; where none is short enough the steppers
/// throw boost::numeric::odeint::step_adjustment_error. Odeint takes steppers by value, and a copy
/// starts afresh; std::ref keeps what a stepper has learned of a system.
/// \see tests/solver/odeint_steppers_test.cpp
namespace fusionflow::solver {

/// One of the project's own methods as a controlled stepper of Boost.Odeint.
///
/// \tparam State  A range of doubles that can be copied: std::vector, std::array, Eigen::VectorXd.
template <free_method Method, class State = state>
class controlled_stepper {
public:
    using state_type = State;
    using deriv_type = State;
    using value_type = double;
    using time_type = double;
    using stepper_category = boost::numeric::odeint::controlled_stepper_tag;

    /// \throws data::input_error as tolerance::validate().
    explicit controlled_stepper(double absolute = 1e-9, double relative = 1e-9)
        : steps_(Method, {absolute, relative}) {}

    /// Tries one step, as free_steps::attempt().
    template <class System>
    boost::numeric::odeint::controlled_step_result try_step(System system, State& x, double& t,
                                                            double& dt) {
        x_.assign(std::begin(x), std::end(x));
        const bool passed = with_odeint_system<Method>(
            system, x, [&](free_system& called) { return steps_.attempt(called, x_, t, dt); });
        if (!passed) {
            return boost::numeric::odeint::fail;
        }
        std::copy(x_.begin(), x_.end(), std::begin(x));
        return boost::numeric::odeint::success;
    }
    /// The same, with the end of the step in a state of its own, which must have the right size.
    template <class System>
    boost::numeric::odeint::controlled_step_result try_step(System system, const State& x,
                                                            double& t, State& end, double& dt) {
        end = x;
        return try_step(std::move(system), end, t, dt);
    }

private:
    free_steps steps_;
    state x_;
};

/// One of the project's own methods as a stepper of Boost.Odeint with dense output.
///
/// \tparam State  As of controlled_stepper.
template <free_method Method, class State = state>
class dense_output_stepper {
public:
    using state_type = State;
    using deriv_type = State;
    using value_type = double;
    using time_type = double;
    using stepper_category = boost::numeric::odeint::dense_output_stepper_tag;

    /// \throws data::input_error as tolerance::validate().
    explicit dense_output_stepper(double absolute = 1e-9, double relative = 1e-9)
        : steps_(Method, {absolute, relative}, true) {}

    /// \param dt  What to try first; its sign says where steps go.
    void initialize(const State& x, double t, double dt) {
        x_.assign(std::begin(x), std::end(x));
        current_ = previous_ = State(x);
        time_ = previous_time_ = t;
        step_ = dt;
    }

    /// Takes one step, of whatever length passes.
    /// \return  The times at which it begins and ends.
    /// \throws boost::numeric::odeint::step_adjustment_error where no step is short enough.
    template <class System>
    std::pair<double, double> do_step(System system) {
        previous_ = current_;
        previous_time_ = time_;
        with_odeint_system<Method>(system, previous_, [&](free_system& called) {
            while (!steps_.attempt(called, x_, time_, step_)) {
            }
        });
        std::copy(x_.begin(), x_.end(), std::begin(current_));
        return {previous_time_, time_};
    }

    /// The state at a time inside the last step, by the method's interpolation: of order 5 for
    /// radau, 3 for rkc. Steps are short enough for it to err by about ten tolerances at most.
    template <class Out>
    void calc_state(double t, Out& x) {
        if (t == time_) {
            std::copy(std::begin(current_), std::end(current_), std::begin(x));
            return;
        }
        place_.resize(x_.size());
        steps_.inside(t, place_);
        std::copy(place_.begin(), place_.end(), std::begin(x));
    }

    [[nodiscard]] const State& current_state() const { return current_; }
    [[nodiscard]] const State& previous_state() const { return previous_; }
    [[nodiscard]] double current_time() const { return time_; }
    [[nodiscard]] double previous_time() const { return previous_time_; }
    /// The length that the next step will try.
    [[nodiscard]] double current_time_step() const { return step_; }

private:
    free_steps steps_;
    State current_{}, previous_{};
    state x_, place_;
    double time_ = 0;
    double previous_time_ = 0;
    double step_ = 0;
};

template <class State = state>
using controlled_radau = controlled_stepper<free_method::radau, State>;
template <class State = state>
using dense_radau = dense_output_stepper<free_method::radau, State>;
template <class State = state>
using controlled_rkc = controlled_stepper<free_method::rkc, State>;
template <class State = state>
using dense_rkc = dense_output_stepper<free_method::rkc, State>;

}  // namespace fusionflow::solver
