#pragma once

#include <algorithm>
#include <boost/numeric/odeint/util/unwrap_reference.hpp>
#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

#include "fusionflow/solver/steps/free_steps.hpp"

namespace fusionflow::solver {

/// A system for Boost.Odeint as free_steps calls it.
///
/// \tparam System    `void(const State& x, State& dxdt, double t)`
/// \tparam Jacobian  `void(const State& x, Eigen::MatrixXd& j, double t)`, or with `State& dfdt`
///                   behind it, as for Odeint's rosenbrock4, which is not used; nullptr_t where
///                   there is none.
template <class State, class System, class Jacobian>
class odeint_system final : public free_system {
public:
    /// \param x  Any state of the right size.
    odeint_system(System& system, Jacobian& jacobian, const State& x)
        : system_(system), jacobian_(jacobian), x_(x), out_(x) {}

    void speed(const state& x, double t, state& dxdt) override {
        std::copy(x.begin(), x.end(), std::begin(x_));
        system_(std::as_const(x_), out_, t);
        std::copy(std::begin(out_), std::end(out_), dxdt.begin());
    }
    void jacobian(const state& x, double t, Eigen::MatrixXd& j) override {
        std::copy(x.begin(), x.end(), std::begin(x_));
        if constexpr (std::is_invocable_v<Jacobian&, const State&, Eigen::MatrixXd&, double&,
                                          State&>) {
            std::fill(std::begin(out_), std::end(out_), 0.0);
            jacobian_(std::as_const(x_), j, t, out_);
        } else if constexpr (!std::is_same_v<Jacobian, std::nullptr_t>) {
            jacobian_(std::as_const(x_), j, t);
        }
    }

private:
    System& system_;
    Jacobian& jacobian_;
    State x_, out_;
};

/// Calls an action with the system that Odeint was given: for radau a pair of the right-hand side
/// and its Jacobian, as for Odeint's own implicit steppers, for rkc the right-hand side alone.
template <free_method Method, class State, class System, class Action>
auto with_odeint_system(System& given, const State& x, Action action) {
    auto& system =
        static_cast<typename boost::numeric::odeint::unwrap_reference<System>::type&>(given);
    if constexpr (Method == free_method::radau) {
        odeint_system<State, std::remove_reference_t<decltype((system.first))>,
                      std::remove_reference_t<decltype((system.second))>>
            called(system.first, system.second, x);
        return action(called);
    } else {
        std::nullptr_t none = nullptr;
        odeint_system<State, std::remove_reference_t<decltype(system)>, std::nullptr_t> called(
            system, none, x);
        return action(called);
    }
}

}  // namespace fusionflow::solver
