#pragma once

#include "fusionflow/solver/flows/ode.hpp"

namespace fusionflow::solver {

/// A system as the Runge-Kutta schemes of Boost.Odeint call it; it counts the calls.
struct right_hand_side {
    ode* system;
    long* evaluations;

    void operator()(const state& x, state& dxdt, double /*t*/) const {
        ++*evaluations;
        system->derivative(x, dxdt);
    }
};

/// Cubic interpolation inside a step of length h, from the values and speeds at its ends.
inline void hermite(double place, double h, const state& x, const state& dxdt, const state& next,
                    const state& next_speed, state& out) {
    const double s = place / h;
    const double r = 1 - s;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double rise = next[i] - x[i];
        out[i] = r * x[i] + s * next[i] +
                 s * r * (r * (h * dxdt[i] - rise) + s * (rise - h * next_speed[i]));
    }
}

}  // namespace fusionflow::solver
