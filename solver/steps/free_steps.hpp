#pragma once

#include <Eigen/Core>
#include <memory>

#include "fusionflow/solver/flows/ode.hpp"

namespace fusionflow::solver {

/// How far a step may err: number i of the state by absolute + relative |x_i|.
struct tolerance {
    double absolute = 1e-9;  ///< >= 0, in the unit of the state
    double relative = 1e-9;  ///< >= 0; one of the two is above 0

    /// \throws data::input_error naming absolute or relative.
    void validate() const;
};

/// A system dx/dt = f(x, t) that somebody else wrote, as free_steps calls it.
class free_system {
public:
    free_system() = default;
    free_system(const free_system&) = delete;
    free_system& operator=(const free_system&) = delete;
    virtual ~free_system() = default;

    /// dxdt = f(x, t), of the size of x.
    virtual void speed(const state& x, double t, state& dxdt) = 0;
    /// j = df/dx, which has the right size, and is zero when this is called.
    virtual void jacobian(const state& x, double t, Eigen::MatrixXd& j) = 0;
};

/// Which of the project's own methods takes the steps.
enum class free_method {
    radau,  ///< needs free_system::jacobian()
    rkc,
};

/// Steps of controlled length, forth or back in time, through a system that is given with each of
/// them: what the steppers for Boost.Odeint (solver/steps/odeint_steppers.hpp) have in common.
///
/// \see tests/solver/odeint_steppers_test.cpp
class free_steps {
public:
    /// \throws data::input_error as tolerance::validate().
    ///
    /// \param dense  True where states inside of steps are read, too: a step passes only if its
    ///               interpolation errs by ten tolerances at most, at the cost of another solve.
    free_steps(free_method method, const tolerance& allowed, bool dense = false);
    /// A copy has taken no step yet.
    free_steps(const free_steps& other) : free_steps(other.method_, other.allowed_, other.dense_) {}
    free_steps& operator=(const free_steps& other) { return *this = free_steps(other); }
    free_steps(free_steps&&) noexcept;
    free_steps& operator=(free_steps&&) noexcept;
    ~free_steps();

    /// Tries one step, from x at t to t + dt. It never passes with a number that is not finite.
    ///
    /// \param x   Becomes the end of the step if it passes.
    /// \param t   The same.
    /// \param dt  Becomes what to try next: shorter for this step, or the length of the next one.
    /// \return    True where the step passed.
    /// \throws boost::numeric::odeint::step_adjustment_error where dt is lost next to t: no step
    ///         from there is short enough.
    [[nodiscard]] bool attempt(free_system& system, state& x, double& t, double& dt);

    /// The state at a time inside the step that passed last, by the method's interpolation.
    void inside(double t, state& x);

private:
    class path;

    free_method method_;
    tolerance allowed_;
    bool dense_;
    std::unique_ptr<path> path_;  // made by the first step, which says how large states are
};

}  // namespace fusionflow::solver
