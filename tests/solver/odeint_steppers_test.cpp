#include "fusionflow/solver/steps/odeint_steppers.hpp"

#include <array>
#include <boost/numeric/odeint.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/toy.hpp"
#include "fusionflow/solver/flows/reduced_flow.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
namespace odeint = boost::numeric::odeint;
using solver::free_method;
using solver::state;

BOOST_AUTO_TEST_SUITE(odeint_steppers)

namespace {

template <class Stepper, class Tag>
constexpr bool is_a = std::is_same_v<typename Stepper::stepper_category, Tag>;
static_assert(is_a<solver::controlled_radau<>, odeint::controlled_stepper_tag>);
static_assert(is_a<solver::controlled_rkc<>, odeint::controlled_stepper_tag>);
static_assert(is_a<solver::dense_radau<>, odeint::dense_output_stepper_tag>);
static_assert(is_a<solver::dense_rkc<>, odeint::dense_output_stepper_tag>);

/// Follows cos t at a rate of 1e4, and counts its way:
///
///     dx/dt = -1e4 (x - cos t) - sin t,   x = cos t;      dy/dt = x,   y = sin t
constexpr double stiffness = 1e4;

void follow(const state& x, state& dxdt, double t) {
    dxdt[0] = -stiffness * (x[0] - std::cos(t)) - std::sin(t);
    dxdt[1] = x[0];
}

void follow_jacobian(const state& /*x*/, Eigen::MatrixXd& j, double t, state& dfdt) {
    j(0, 0) = -stiffness;
    j(1, 0) = 1;
    dfdt[0] = -stiffness * std::sin(t) - std::cos(t);
}

void follow_jacobian_alone(const state& /*x*/, Eigen::MatrixXd& j, double /*t*/) {
    j(0, 0) = -stiffness;
    j(1, 0) = 1;
}

struct follower {
    std::vector<double> times{};
    double error = 0;  // the largest

    void operator()(const state& x, double t) {
        times.push_back(t);
        error = std::max({error, std::abs(x[0] - std::cos(t)), std::abs(x[1] - std::sin(t))});
    }
};

/// Drives a stepper by all of Odeint's functions; both controlled and with dense output.
template <class Stepper, class System>
void drive(const System& system, double tolerance, double allowed) {
    follower seen;
    state x = {1, 0};
    odeint::integrate_adaptive(Stepper(tolerance, tolerance), system, x, 0.0, 2.0, 1e-3,
                               std::ref(seen));
    BOOST_TEST(std::abs(x[0] - std::cos(2.0)) < allowed);
    BOOST_TEST(seen.times.front() == 0);
    BOOST_TEST(seen.times.back() == 2);
    BOOST_TEST(seen.error < allowed);

    follower grid;
    x = {1, 0};
    odeint::integrate_const(Stepper(tolerance, tolerance), system, x, 0.0, 2.0, 0.25,
                            std::ref(grid));
    BOOST_TEST(grid.times == std::vector<double>({0, .25, .5, .75, 1, 1.25, 1.5, 1.75, 2}),
               boost::test_tools::per_element());
    BOOST_TEST(grid.error < allowed);

    follower asked;
    const std::vector<double> times = {0, 0.001, 0.3, 0.31, 1.7, 2};
    x = {1, 0};
    odeint::integrate_times(Stepper(tolerance, tolerance), system, x, times.begin(), times.end(),
                            1e-3, std::ref(asked));
    BOOST_TEST(asked.times == times, boost::test_tools::per_element());
    BOOST_TEST(asked.error < allowed);
}

/// dx/dt = x cos t, x = e^(sin t): errors of steps of all lengths add up alike.
void swing(const state& x, state& dxdt, double t) { dxdt[0] = x[0] * std::cos(t); }
void swing_jacobian(const state& x, Eigen::MatrixXd& j, double t, state& dfdt) {
    j(0, 0) = std::cos(t);
    dfdt[0] = -x[0] * std::sin(t);
}

/// Slope of log error against log steps over tolerances from loose on.
template <class Stepper, class System>
double order_of(const System& system, const std::vector<double>& tolerances) {
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double sxy = 0;
    for (const double tolerance : tolerances) {
        state x = {1};
        const auto steps = odeint::integrate_adaptive(Stepper(0.0, tolerance), system, x, 0.0, 20.0,
                                                      0.1 * std::sqrt(tolerance));
        const double lx = std::log(static_cast<double>(steps));
        const double ly = std::log(std::abs(x[0] / std::exp(std::sin(20.0)) - 1));
        sx += lx;
        sy += ly;
        sxx += lx * lx;
        sxy += lx * ly;
    }
    const auto n = static_cast<double>(tolerances.size());
    return -(n * sxy - sx * sy) / (n * sxx - sx * sx);
}

/// dx/dt = 1 up to a wall at 1/2, where it is not a number.
void run_into_wall(const state& x, state& dxdt, double /*t*/) {
    dxdt[0] = x[0] <= 0.5 ? 1 : std::numeric_limits<double>::quiet_NaN();
}
void no_jacobian(const state& /*x*/, Eigen::MatrixXd& /*j*/, double /*t*/) {}

template <class Stepper, class System>
void expect_no_answer(const System& system, double start) {
    state x = {start};
    BOOST_CHECK_THROW(odeint::integrate_adaptive(
                          Stepper(1e-6, 1e-6), system, x, 0.0, 1.0, 0.01,
                          [](const state& seen, double) { BOOST_TEST(!std::isnan(seen[0])); }),
                      odeint::step_adjustment_error);
}

/// Heat in a rod of 40 cells whose ends are cold: the slowest mode decays, the fastest is 660
/// times as fast.
template <class State>
struct rod {
    static constexpr std::size_t cells = 40;
    static double rate(std::size_t mode) {
        const double s = std::sin(0.5 * M_PI * static_cast<double>(mode) / (cells + 1));
        return 4 * s * s * (cells + 1) * (cells + 1);
    }
    void operator()(const State& x, State& dxdt, double /*t*/) const {
        for (std::size_t i = 0; i < cells; ++i) {
            const double left = i > 0 ? x[static_cast<long>(i - 1)] : 0;
            const double right = i + 1 < cells ? x[static_cast<long>(i + 1)] : 0;
            dxdt[static_cast<long>(i)] =
                (left - 2 * x[static_cast<long>(i)] + right) * (cells + 1) * (cells + 1);
        }
    }
};

std::string text_of(const std::string& name) {
    std::ifstream in(std::string(FUSIONFLOW_SOURCE) + '/' + name);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

BOOST_AUTO_TEST_CASE(odeint_drives_radau_through_a_stiff_system) {
    constexpr double tolerance = 1e-8;
    // The error of a step, once over for each of the two numbers, as at half-heights: 10 rtol.
    const auto system = std::pair(&follow, &follow_jacobian);
    drive<solver::controlled_radau<>>(system, tolerance, 10 * tolerance);
    drive<solver::dense_radau<>>(system, tolerance, 10 * tolerance);
}

BOOST_AUTO_TEST_CASE(radau_needs_no_slope_in_time) {
    constexpr double tolerance = 1e-8;
    const auto system = std::pair(&follow, &follow_jacobian_alone);
    drive<solver::controlled_radau<>>(system, tolerance, 10 * tolerance);
    drive<solver::dense_radau<>>(system, tolerance, 10 * tolerance);
}

BOOST_AUTO_TEST_CASE(odeint_drives_rkc_through_a_stiff_system) {
    constexpr double tolerance = 1e-5;
    // The interpolation inside steps is of a lower order than the steps: ten times as much.
    drive<solver::controlled_rkc<>>(follow, tolerance, 10 * tolerance);
    drive<solver::dense_rkc<>>(follow, tolerance, 100 * tolerance);
}

BOOST_AUTO_TEST_CASE(errors_fall_with_the_order_of_the_method) {
    // What next orders of h do to a slope, as in step_method_test.
    constexpr double slack = 0.8;
    const double of_radau = order_of<solver::controlled_radau<>>(
        std::pair(&swing, &swing_jacobian), {1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9});
    BOOST_TEST_MESSAGE("orders: " << of_radau);
    BOOST_TEST(std::abs(of_radau - 9) < 2 * slack);
    const double of_rkc = order_of<solver::controlled_rkc<>>(swing, {1e-3, 1e-4, 1e-5, 1e-6, 1e-7});
    BOOST_TEST(std::abs(of_rkc - 2) < slack);
}

BOOST_AUTO_TEST_CASE(robertson_is_solved_as_in_forty_digits) {
    const auto speed = [](const state& x, state& dxdt, double /*t*/) {
        dxdt[0] = -0.04 * x[0] + 1e4 * x[1] * x[2];
        dxdt[2] = 3e7 * x[1] * x[1];
        dxdt[1] = -dxdt[0] - dxdt[2];
    };
    const auto jacobian = [](const state& x, Eigen::MatrixXd& j, double /*t*/) {
        j.row(0) << -0.04, 1e4 * x[2], 1e4 * x[1];
        j.row(2) << 0, 6e7 * x[1], 0;
        j.row(1) = -j.row(0) - j.row(2);
    };
    // Gauss collocation of order 16 and 20 in 40 digits, which agree to 19 digits.
    const std::vector<double> times = {0, 40, 4e5};
    const std::vector<state> exact = {
        {1, 0, 0},
        {0.7158270687194050904745, 9.185534764557763904e-6, 0.2841637457458303517616},
        {0.0049382745209798155602, 1.984994087954375e-8, 0.9950617056290793048960}};
    for (const double tolerance : {1e-5, 1e-8, 1e-11}) {
        const auto run = [&](auto stepper) {
            state x = {1, 0, 0};
            std::size_t at = 0;
            odeint::integrate_times(stepper, std::pair(speed, jacobian), x, times.begin(),
                                    times.end(), 1e-6, [&](const state& seen, double /*t*/) {
                                        for (std::size_t i = 0; i < 3; ++i) {
                                            // 12 tolerances were found, and 1e4 x_1 x_2 rounds.
                                            BOOST_TEST(std::abs(seen[i] - exact[at][i]) <=
                                                       (20 * tolerance + 1e-13) * exact[at][i]);
                                        }
                                        ++at;
                                    });
            BOOST_TEST(at == times.size());
        };
        // All three numbers are held to the relative tolerance, x_2 too, which is 2e-8 at the end.
        run(solver::controlled_radau<>(1e-9 * tolerance, tolerance));
        run(solver::dense_radau<>(1e-9 * tolerance, tolerance));
    }
}

BOOST_AUTO_TEST_CASE(van_der_pol_is_solved_as_in_the_literature) {
    constexpr double epsilon = 1e-6;
    const auto speed = [](const std::array<double, 2>& x, std::array<double, 2>& dxdt,
                          double /*t*/) {
        dxdt[0] = x[1];
        dxdt[1] = ((1 - x[0] * x[0]) * x[1] - x[0]) / epsilon;
    };
    const auto jacobian = [](const std::array<double, 2>& x, Eigen::MatrixXd& j, double /*t*/) {
        j(0, 1) = 1;
        j(1, 0) = (-2 * x[0] * x[1] - 1) / epsilon;
        j(1, 1) = (1 - x[0] * x[0]) / epsilon;
    };
    struct known {
        std::array<double, 2> start, end;
    };
    // The reference of the Test Set for Initial Value Problem Solvers (problem VDPOL), and Gauss
    // collocation of order 16 and 20 in 40 digits, which agree to 13.
    for (const known& way : {known{{2, 0}, {1.706167732170483, -0.8928097010247975}},
                             known{{2, -0.66}, {1.7061674375432, -0.8928100165502}}}) {
        for (const double tolerance : {1e-6, 1e-9}) {
            std::array<double, 2> x = way.start;
            odeint::integrate_adaptive(
                solver::controlled_radau<std::array<double, 2>>(tolerance, tolerance),
                std::pair(speed, jacobian), x, 0.0, 2.0, 1e-6);
            BOOST_TEST(std::abs(x[0] - way.end[0]) < 10 * tolerance);
            BOOST_TEST(std::abs(x[1] - way.end[1]) < 10 * tolerance);
        }
    }
}

BOOST_AUTO_TEST_CASE(rkc_takes_states_of_other_kinds) {
    const double fall = std::exp(-rod<state>::rate(1) * 0.1);
    const auto run = [&](auto x, auto stepper) {
        using kind = decltype(x);
        for (std::size_t i = 0; i < rod<kind>::cells; ++i) {
            x[static_cast<long>(i)] = std::sin(M_PI * static_cast<double>(i + 1) / 41);
        }
        const kind start = x;
        odeint::integrate_adaptive(stepper, rod<kind>(), x, 0.0, 0.1, 1e-4);
        for (std::size_t i = 0; i < rod<kind>::cells; ++i) {
            // Ten times the relative tolerance.
            BOOST_TEST(std::abs(x[static_cast<long>(i)] / (fall * start[static_cast<long>(i)]) -
                                1) < 1e-4);
        }
    };
    run(std::array<double, 40>{}, solver::controlled_rkc<std::array<double, 40>>(1e-9, 1e-5));
    run(Eigen::VectorXd(40), solver::controlled_rkc<Eigen::VectorXd>(1e-9, 1e-5));
    run(state(40), solver::dense_rkc<>(1e-9, 1e-5));
}

BOOST_AUTO_TEST_CASE(reduced_flow_goes_by_odeint_as_by_the_library) {
    const auto moments = data::toy_moments({.rho = 0.5, .ratio = 2});
    const auto arch = theory::architecture::fused(3, 3, 2);
    const theory::initialisation init{.u0 = 0.02};
    solver::reduced_flow system(moments, arch, init);
    solver::run_options options;
    options.rtol = 1e-10;
    const auto known = tests::integrate(moments, arch, init, options);

    const auto speed = [&](const state& x, state& dxdt, double /*t*/) {
        system.derivative(x, dxdt);
    };
    // Late fusion has no trunk: its clock is time, which is the last number of the state.
    const auto jacobian = [&](const state& x, Eigen::MatrixXd& j, double /*t*/) {
        Eigen::MatrixXd potentials(2, 2);
        system.jacobian(x, potentials);
        j.topLeftCorner(2, 2) = potentials;
    };
    const auto check = [&](auto stepper, auto equations, double allowed) {
        state x = system.initial();
        odeint::integrate_adaptive(stepper, equations, x, 0.0, known.time_final, 1e-3);
        Eigen::VectorXd weights(2);
        system.total_weights(x, weights);
        BOOST_TEST((weights - known.weights_final).norm() < allowed * known.weights_final.norm());
    };
    // W grows as fast as 3 s W; ten tolerances of the potentials, and as much for that.
    check(solver::controlled_radau<>(1e-12, 1e-8), std::pair(speed, jacobian), 1e-6);
    check(solver::dense_radau<>(1e-12, 1e-8), std::pair(speed, jacobian), 1e-6);
    check(solver::controlled_rkc<>(1e-8, 1e-6), speed, 1e-4);
}

BOOST_AUTO_TEST_CASE(steps_go_back_in_time) {
    state x = {1};
    const auto system = std::pair(&swing, &swing_jacobian);
    odeint::integrate_adaptive(solver::controlled_radau<>(1e-10, 1e-10), system, x, 0.0, 3.0, 0.1);
    odeint::integrate_adaptive(solver::dense_radau<>(1e-10, 1e-10), system, x, 3.0, 0.0, -0.1);
    BOOST_TEST(std::abs(x[0] - 1) < 1e-8);
    odeint::integrate_adaptive(solver::dense_rkc<>(1e-6, 1e-6), swing, x, 0.0, -3.0, -0.1);
    BOOST_TEST(std::abs(x[0] - std::exp(std::sin(-3.0))) < 1e-5);
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_is_never_a_success) {
    const auto wall = std::pair(&run_into_wall, &no_jacobian);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double start : {0.0, 0.6, nan}) {
        BOOST_TEST_CONTEXT("from " << start) {
            if (!std::isnan(start)) {
                expect_no_answer<solver::controlled_radau<>>(wall, start);
                expect_no_answer<solver::dense_radau<>>(wall, start);
                expect_no_answer<solver::controlled_rkc<>>(run_into_wall, start);
                expect_no_answer<solver::dense_rkc<>>(run_into_wall, start);
            }
            state x = {start};
            double t = start > 0 ? 0.0 : 0.4;
            double dt = 1;
            BOOST_TEST((solver::controlled_radau<>().try_step(wall, x, t, dt) == odeint::fail));
            BOOST_TEST(dt < 1);
            BOOST_TEST((std::isnan(x[0]) || x[0] == start));
        }
    }
    state infinite = {std::numeric_limits<double>::infinity()};
    const auto rest = [](const state&, state& dxdt, double) { dxdt[0] = 0; };
    double t = 0;
    double dt = 1;
    BOOST_TEST((solver::controlled_rkc<>().try_step(rest, infinite, t, dt) == odeint::fail));
    double never = nan;
    BOOST_CHECK_THROW(
        static_cast<void>(solver::controlled_rkc<>().try_step(rest, infinite, t, never)),
        odeint::step_adjustment_error);
}

BOOST_AUTO_TEST_CASE(a_copy_begins_anew_and_a_reference_goes_on) {
    solver::controlled_rkc<> stepper(1e-6, 1e-6);
    const solver::controlled_rkc<> other = stepper;
    state x = {1, 0};
    state y = {1, 0};
    odeint::integrate_adaptive(std::ref(stepper), follow, x, 0.0, 1.0, 1e-3);
    odeint::integrate_adaptive(other, follow, y, 0.0, 1.0, 1e-3);
    BOOST_TEST(x == y, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tolerances_that_mean_nothing_are_refused) {
    using tests::says;
    BOOST_CHECK_EXCEPTION(solver::controlled_radau<>(-1, 1e-6), data::input_error,
                          says("absolute: need a number >= 0, got -1"));
    BOOST_CHECK_EXCEPTION(solver::dense_rkc<>(0, std::nan("")), data::input_error,
                          says("relative: need a number >= 0, got nan"));
    BOOST_CHECK_EXCEPTION(solver::dense_radau<>(0, 0), data::input_error,
                          says("absolute: need absolute > 0 or relative > 0, got 0 for both"));
}

BOOST_AUTO_TEST_CASE(the_example_of_the_docs_is_the_one_that_runs) {
    BOOST_TEST(text_of("docs/numerics.md").find(text_of("tests/solver/odeint_example.cpp")) !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
