// Boost.Odeint as its manual shows it: Dormand-Prince 5(4) with dense output, half-heights by
// bisection inside the step.

#include <boost/numeric/odeint.hpp>
#include <cmath>
#include <exception>
#include <iostream>

#include "log_flow.hpp"
#include "measure.hpp"

namespace {

namespace odeint = boost::numeric::odeint;
using state = std::array<double, 2>;

/// The right-hand side, and what it counts. Odeint copies it, so that it only points.
struct system_of {
    const peers::log_flow* flow;
    long* evaluations;
    double deadline;

    void operator()(const state& v, state& dvdt, double /*t*/) const {
        ++*evaluations;
        if ((*evaluations & 4095) == 0 && peers::seconds() > deadline) {
            throw peers::out_of_time{};
        }
        flow->derivative(v.data(), dvdt.data());
    }
};

double height(const peers::log_flow& flow, const state& v, std::size_t m) {
    state above;
    flow.heights(v.data(), above.data());
    return above[m];
}

template <class Stepper>
double crossing(const peers::log_flow& flow, const Stepper& stepper, std::size_t m) {
    double low = stepper.previous_time();
    double high = stepper.current_time();
    state v;
    for (;;) {
        const double middle = low + (high - low) / 2;
        if (!(middle > low && middle < high)) {
            return high;
        }
        stepper.calc_state(middle, v);
        (height(flow, v, m) < 0 ? low : high) = middle;
    }
}

peers::run_result solve(const peers::log_flow& flow, double tolerance) {
    peers::run_result result;
    const system_of system{&flow, &result.evaluations, peers::seconds() + peers::seconds_allowed};
    auto stepper = odeint::make_dense_output(tolerance, 0.0, odeint::runge_kutta_dopri5<state>());
    state slope;
    flow.derivative(flow.start().data(), slope.data());
    stepper.initialize(flow.start(), 0, 0.01 / std::abs(slope[0]));
    for (; result.steps < peers::steps_allowed; ++result.steps) {
        stepper.do_step(system);
        const state& v = stepper.current_state();
        if (!(std::isfinite(v[0]) && std::isfinite(v[1]))) {
            result.status = "failed";
            return result;
        }
        if (result.t_a == 0 && height(flow, v, 0) >= 0) {
            result.t_a = crossing(flow, stepper, 0);
        }
        if (height(flow, v, 1) >= 0) {
            result.t_b = crossing(flow, stepper, 1);
            // B before A: a step that threw the solution off.
            result.status = result.t_a > 0 ? "ok" : "failed";
            return result;
        }
    }
    result.status = "step-limit";
    return result;
}

peers::run_result guarded(const peers::log_flow& flow, double tolerance) {
    peers::run_result result;
    try {
        result = solve(flow, tolerance);
    } catch (const peers::out_of_time&) {
        result.status = "timeout";
    } catch (const odeint::odeint_error&) {
        result.status = "failed";
    }
    return result;
}

}  // namespace

int main(int count, char** words) {
    try {
        const auto asked = peers::read_request(count, words);
        const peers::log_flow flow(asked.about);
        peers::measure("odeint-dopri5", asked, true,
                       [&](double tolerance) { return guarded(flow, tolerance); });
    } catch (const std::exception& error) {
        std::cerr << "odeint_peer: " << error.what() << '\n';
        return 1;
    }
}
