#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "fusionflow/solver/steps/step_method.hpp"
#include "tests/solver/known_flows.hpp"
#include "tests/solver/walk.hpp"

using namespace fusionflow;
using solver::state;
using tests::decaying_pair;
using tests::stiff_stretch;

// Steps that are long beside the fastest rate of a flow.
BOOST_AUTO_TEST_SUITE(stiff_steps)

namespace {

/// The two parts of a decaying_pair.
struct parts {
    double slow = 0;  // 1 at the start
    double fast = 0;  // 1/2 at the start
};

parts after_radau_steps(double slow_rate, double fast_rate, double h, int steps) {
    decaying_pair system(slow_rate, fast_rate);
    long evaluations = 0;
    const auto method = solver::make_radau(system, evaluations);
    state x = system.initial();
    state dxdt(x.size());
    system.derivative(x, dxdt);
    for (int i = 0; i < steps; ++i) {
        BOOST_TEST_REQUIRE(method->attempt(x, dxdt, h, {&system, 0, 1e-10}));
        x = method->next();
        dxdt = method->next_speed();
    }
    return {(x[0] + x[1]) / 2, (x[0] - x[1]) / 2};
}

/// The stability function of Radau IIA of five stages, the Pade approximation (4, 5) of exp(z).
double pade(double z) {
    double above = 1;
    double below = 1;
    double term_above = 1;
    double term_below = 1;
    for (int i = 0; i < 5; ++i) {
        term_above *= z * (4 - i) / ((9.0 - i) * (i + 1));
        term_below *= -z * (5 - i) / ((9.0 - i) * (i + 1));
        above += term_above;
        below += term_below;
    }
    return above / below;
}

/// Where a method came by in the stretch, and how.
struct journey {
    int steps = 0;
    double error = 0;     // largest, of the solution
    double power_in = 0;  // error_power(), that of the method in use: in the middle of the stretch
    double power_after = 0;  // and at the end
    bool arrived = false;
    std::string name;
};

journey go_through(tests::method_factory make, solver::flow& system, double rtol) {
    constexpr double end = 12;
    long evaluations = 0;
    const auto method = make(system, evaluations);
    journey result;
    const auto arrived = [&](const state& x, double) { return x[0] >= end; };
    tests::walk(system, *method, rtol, 1e-2, arrived, [&](const state& x) {
        ++result.steps;
        result.error = std::max(result.error, std::abs(x[1] - std::cos(x[0])));
        result.power_in = x[0] < 0 ? method->error_power() : result.power_in;
        result.arrived = arrived(x, 0);
    });
    BOOST_TEST(result.arrived);
    result.power_after = method->error_power();
    result.name = method->name();
    return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(radau_multiplies_by_its_stability_function) {
    // The fast part starts at 1/2. 1e-13: stages of size 1, two products with 5 x 5 matrices.
    for (const double z : {-0.1, -1.0, -10.0, -1e3, -1e6}) {
        BOOST_TEST(std::abs(2 * after_radau_steps(0, -z, 1, 1).fast - pade(z)) < 1e-13);
    }
    // Which is not the exponential, so that the comparison says something.
    BOOST_TEST(std::abs(pade(-10) - std::exp(-10)) > 1e-3);
}

BOOST_AUTO_TEST_CASE(radau_damps_what_decays_within_a_millionth_of_a_step) {
    const parts end = after_radau_steps(1e-8, 1, 1e6, 1);
    BOOST_TEST(std::abs(end.fast) < 1e-3 * 0.5);
    // A step of 0.01 times the slow time: the method's error of order 10 is far below rounding.
    BOOST_TEST(std::abs(end.slow - std::exp(-0.01)) < 1e-13);
}

BOOST_AUTO_TEST_CASE(radau_solves_the_slow_part_of_a_stiff_pair) {
    const parts end = after_radau_steps(1, 1e8, 0.5, 2);
    // The method's own error is 2 x 2e-9 x 0.5^10 = 4e-12. Rounding errors of the fast speed, 1e-16
    // of 1e8, are damped with the fast part.
    BOOST_TEST(std::abs(end.slow - std::exp(-1)) < 1e-9);
    BOOST_TEST(std::abs(end.fast) < 1e-12);  // (5 / 5e7)^2 / 2
}

BOOST_AUTO_TEST_CASE(dopri5_sees_the_rate_that_limits_it) {
    decaying_pair system(1, 100);
    long evaluations = 0;
    const auto method = solver::make_dopri5(system, evaluations);
    const solver::error_gauge gauge{&system, 0, 1e-3};
    state x = system.initial();
    state dxdt(x.size());
    system.derivative(x, dxdt);
    for (int i = 0; i < 20; ++i) {
        BOOST_TEST_REQUIRE(method->attempt(x, dxdt, 0.033, gauge));
        x = method->next();
        dxdt = method->next_speed();
        // Of a symmetric Jacobian no quotient is larger than the largest rate, but for rounding.
        BOOST_TEST(method->rate() < 100 * (1 + 1e-9));
    }
    BOOST_TEST(evaluations == 20 * 6);
    // At the limit of stability, 3.3 over the rate, the fast part stays and its stages are apart by
    // most.
    BOOST_TEST(method->rate() > 90);
}

BOOST_AUTO_TEST_CASE(switching_takes_radau_through_a_stiff_stretch_and_dopri5_after_it) {
    stiff_stretch system;
    const journey switched = go_through(solver::make_switching, system, 1e-8);
    BOOST_TEST(switched.power_in == 6);
    BOOST_TEST(switched.power_after == 5);
    BOOST_TEST(switched.name == "dopri5 + radau");
    // Stability would hold dopri5 to steps of 3e-6 for a time of about 1: some 1e5 steps.
    BOOST_TEST(switched.steps < 2000);
    // Errors of steps, 1e-8 each, decay at a rate of 0.1 at least: those of ten units of time add
    // up, which are some dozens of steps.
    BOOST_TEST(switched.error < 1e-6);
}

BOOST_AUTO_TEST_CASE(switching_takes_chebyshev_where_there_is_no_jacobian) {
    stiff_stretch stretch;
    tests::without_jacobian system(stretch);
    const journey switched = go_through(solver::make_switching, system, 1e-5);
    BOOST_TEST(switched.power_in == 3);
    BOOST_TEST(switched.power_after == 5);
    BOOST_TEST(switched.name == "dopri5 + rkc");
    // As above, some 1e5 steps by dopri5.
    BOOST_TEST(switched.steps < 5000);
    // Some hundred errors of at most rtol, of which only those of ten units of time add up.
    BOOST_TEST(switched.error < 1e-3);
}

BOOST_AUTO_TEST_CASE(switching_stays_with_dopri5_where_nothing_is_stiff) {
    decaying_pair pair(1, 2);
    tests::without_jacobian blind(pair);
    for (solver::flow* system :
         {static_cast<solver::flow*>(&pair), static_cast<solver::flow*>(&blind)}) {
        long evaluations = 0;
        const auto method = solver::make_switching(*system, evaluations);
        const solver::error_gauge gauge{system, 0, 1e-9};
        state x = system->initial();
        state dxdt(x.size());
        system->derivative(x, dxdt);
        constexpr int steps = 100;
        for (int i = 0; i < steps; ++i) {
            BOOST_TEST_REQUIRE(method->attempt(x, dxdt, 0.05, gauge));
            x = method->next();
            dxdt = method->next_speed();
            BOOST_TEST(method->review(0.05, gauge) == 0.05);
        }
        BOOST_TEST(method->name() == "dopri5");
        // Looks are paid for only where there is a Jacobian: every third step.
        BOOST_TEST(evaluations == 6 * steps + (system == &pair ? steps / 3 : 0));
    }
}

BOOST_AUTO_TEST_SUITE_END()
