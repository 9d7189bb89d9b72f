#pragma once

#include <algorithm>
#include <cmath>
#include <functional>

#include "fusionflow/solver/steps/step_method.hpp"

// Steps by a method alone, without the step loop.
namespace fusionflow::tests {

using method_factory = std::unique_ptr<solver::step_method> (*)(solver::ode&, long&);

/// Goes on from the flow's start until `until` says so, with a plain controller: an end that is not
/// reached within a million attempts leaves `until` false.
///
/// \param h        Of the first step.
/// \param noticed  Called with the state after each step.
inline void walk(solver::flow& system, solver::step_method& method, double rtol, double h,
                 const std::function<bool(const solver::state&, double)>& until,
                 const std::function<void(const solver::state&)>& noticed = {}) {
    const solver::error_gauge gauge{&system, 0, rtol};
    solver::state x = system.initial();
    solver::state dxdt(x.size());
    system.derivative(x, dxdt);
    double clock = 0;
    for (int attempts = 0; attempts < 1'000'000 && !until(x, clock); ++attempts) {
        const bool solved = method.attempt(x, dxdt, h, gauge);
        const double error = solved ? std::max(method.error(), 1e-8) : 1e9;
        const double factor =
            std::clamp(0.8 * std::pow(error, -1 / method.error_power()), 0.2, 5.0);
        if (!(error <= 1)) {
            h *= factor;
            continue;
        }
        x = method.next();
        dxdt = method.next_speed();
        clock += h;
        if (noticed) {
            noticed(x);
        }
        h = method.review(h * factor, gauge);
    }
}

}  // namespace fusionflow::tests
