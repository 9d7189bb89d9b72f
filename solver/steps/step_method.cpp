#include "fusionflow/solver/steps/step_method.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/data/error.hpp"

namespace fusionflow::solver {

namespace {

// Errors of time count this many times. Time is an integral: nothing makes up for its errors later,
// and a method's estimates are not as far above them as above other errors.
constexpr double strict = 5;
constexpr std::size_t few = 8;  // numbers in a state: docs/numerics.md#steppers
// Down to this tolerance steps of order 5 cost less than implicit ones of order 9 where both can be
// long.
constexpr double loose = 1e-6;

}  // namespace

double error_gauge::operator()(const state& x, const state& error) const {
    const double of_state = system->relative_error(x, error);
    const double of_time = system->keeps_time()
                               ? strict * std::abs(error.back()) / (time_scale + std::abs(x.back()))
                               : 0;
    return std::isnan(of_state) || std::isnan(of_time) ? std::numeric_limits<double>::infinity()
                                                       : std::max(of_state, of_time);
}

std::unique_ptr<step_method> make_method(const run_options& options, flow& system,
                                         long& evaluations) {
    switch (options.method) {
        case stepper::dopri5: return make_dopri5(system, evaluations);
        case stepper::cash_karp: return make_cash_karp(system, evaluations);
        case stepper::fehlberg78: return make_fehlberg78(system, evaluations);
        case stepper::bulirsch_stoer: return make_bulirsch_stoer(system, evaluations);
        case stepper::rkc: return make_chebyshev(system, evaluations);
        case stepper::radau:
            if (!system.has_jacobian()) {
                throw data::input_error(
                    "stepper", "radau needs a Jacobian, which this flow does not have; use auto or "
                               "an explicit one here");
            }
            return make_radau(system, evaluations);
        case stepper::automatic: break;
    }
    const bool plain = options.rtol >= loose && !system.waits();
    return system.has_jacobian() && system.size() <= few && !plain
               ? make_radau(system, evaluations)
               : make_switching(system, evaluations);
}

}  // namespace fusionflow::solver
