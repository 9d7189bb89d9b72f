#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "fusionflow/solver/flows/stiff_part.hpp"
#include "fusionflow/solver/state.hpp"

namespace fusionflow::solver {

/// `count` numbers of a state from the place `at` on, as a vector.
[[nodiscard]] inline Eigen::Map<const Eigen::VectorXd> numbers(const state& x, std::size_t at,
                                                               Eigen::Index count) {
    return {x.data() + at, count};
}
[[nodiscard]] inline Eigen::Map<Eigen::VectorXd> numbers(state& x, std::size_t at,
                                                         Eigen::Index count) {
    return {x.data() + at, count};
}

/// An exact flow gives its Jacobian for states of up to this many numbers: a larger Jacobian costs
/// more than the steps that it saves.
inline constexpr std::size_t most_implicit = 150;

/// A system dx/dc = f(x) as the methods that make single steps see it: a flow of this library, or
/// what a user hands to the steppers for Boost.Odeint.
class ode {
public:
    ode() = default;
    ode(const ode&) = delete;
    ode& operator=(const ode&) = delete;
    virtual ~ode() = default;

    /// How many numbers a state has.
    [[nodiscard]] virtual std::size_t size() const = 0;

    /// dxdt = f(x); both of size(). Must not allocate.
    virtual void derivative(const state& x, state& dxdt) = 0;

    /// The error of a step relative to what the state means: the integrator keeps it below `rtol`.
    /// With a derivative in place of the error it is a rate. A time that is kept does not count.
    [[nodiscard]] virtual double relative_error(const state& x, const state& error) const = 0;

    /// True where the last number of the state is time, which f(x) does not depend on: integrators
    /// set it to zero at the start of each step, so that it holds the time the step took.
    [[nodiscard]] virtual bool keeps_time() const { return false; }

    /// True where the last number runs at one speed, as time does: implicit steppers then know it
    /// at every stage, and need no derivatives with respect to it.
    [[nodiscard]] virtual bool ends_with_clock() const { return false; }

    /// True where there is a jacobian(): implicit steppers need it.
    [[nodiscard]] virtual bool has_jacobian() const { return false; }
    /// j = df/dx without a time that is kept; j has the right size already.
    virtual void jacobian(const state& /*x*/, Eigen::MatrixXd& /*j*/) {}

    /// What implicit steppers may use in place of a jacobian(); null where there is none. The
    /// system owns it. A system with a stiff part keeps no time.
    [[nodiscard]] virtual stiff_part* fast() { return nullptr; }
};

}  // namespace fusionflow::solver
