// Clocks along paths that have a closed form or are followed by another method.

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/solver/method.hpp"
#include "tests/support/models.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(clocks)

namespace {

double time_by(const solver::answer& answer, std::string_view clock, std::size_t m) {
    for (const theory::clock_times& read : answer.clocks) {
        if (read.by->name == clock) {
            return read.times[m];
        }
    }
    return theory::unknown;
}

solver::model late_toy(double rho, double u0) {
    return {.moments = tests::toy(rho, 2),
            .architecture = theory::architecture::fused(2, 2, 2),
            .init = {.u0 = u0}};
}

}  // namespace

// Uncorrelated balanced scalars: dw/dt = 2 w (s - v w), so that w reaches the part p of s/v at
// t = ln(p (1/q - 1) / (1 - p)) / (2 s), q = w(0) v/s. The power is half where p = 1/sqrt(2).
BOOST_AUTO_TEST_CASE(times_are_those_of_the_logistic_curve) {
    constexpr double u0 = 1e-3;
    const auto answer = solver::run("flow", late_toy(0, u0), {.rtol = 1e-12});
    const std::array<double, 2> variance{4, 1};  // s = v: the target is x_A + x_B
    for (std::size_t m = 0; m < 2; ++m) {
        const auto reached = [&](double p) {
            return std::log(p * (1 / (u0 * u0) - 1) / (1 - p)) / (2 * variance[m]);
        };
        // Ten times rtol, the promise of the steppers.
        const auto near = boost::test_tools::tolerance(1e-11);
        BOOST_TEST(time_by(answer, "norm", m) == reached(0.5), near);
        BOOST_TEST(time_by(answer, "progress", m) == reached(0.5), near);
        BOOST_TEST(time_by(answer, "power", m) == reached(std::sqrt(0.5)), near);
    }
    BOOST_TEST(answer.share == 1, boost::test_tools::tolerance(0.1));
}

// A network by gradient descent, read between epochs, against its flow: the clocks differ by the
// order of the learning rate.
BOOST_AUTO_TEST_CASE(networks_and_flows_read_the_same_clocks) {
    solver::model about = late_toy(0.5, 0.1);
    about.init.width = 6;
    about.training.learning_rate = 1e-4;
    const auto flow = solver::run("flow", about);
    const auto network = solver::run("full", about);
    for (const char* clock : {"norm", "power", "progress"}) {
        for (std::size_t m = 0; m < 2; ++m) {
            BOOST_TEST_CONTEXT(clock << " of " << m) {
                // Gradient descent is late by about eta |E| (docs/theory.md#discrete-steps).
                BOOST_TEST(tests::relative(time_by(network, clock, m), time_by(flow, clock, m)) <
                           1e-3);
            }
        }
    }
}

// Under permanent bias the end is the saddle of what is learned: A makes all of its contribution,
// and B, which has none, none.
BOOST_AUTO_TEST_CASE(permanent_bias_ends_at_the_saddle_of_what_is_learned) {
    // y = x_A, to which x_B is correlated: nothing is left for B once A is learned.
    const data::moments m = data::toy_moments({.rho = 0.5, .ratio = 2, .target_weights = {1, 0}});
    const auto answer = solver::run(
        "flow",
        {.moments = m, .architecture = theory::architecture::fused(3, 3, 2), .init = {.u0 = 1e-3}});
    BOOST_TEST(std::isfinite(time_by(answer, "progress", 0)));
    BOOST_TEST(std::isinf(time_by(answer, "progress", 1)));
    BOOST_TEST(std::isinf(time_by(answer, "power", 1)));
    BOOST_TEST(answer.share == 1, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(reading_that_begins_above_one_half_has_no_time) {
    const auto answer = solver::run("flow", late_toy(0, 0.8));
    for (const theory::clock_times& read : answer.clocks) {
        BOOST_TEST(data::contains(read.above, 0) == (read.by->name != "power"));
    }
}

// With `enough` the run ends early, and contributions are measured against those at its end.
BOOST_AUTO_TEST_CASE(enough_ends_the_run_and_is_the_end_that_progress_is_measured_by) {
    solver::run_options options{.enough = 0.9};
    options.record = true;
    for (const char* how : {"flow", "full"}) {
        solver::model about = late_toy(0.5, 1e-3);
        about.init.width = 4;
        const auto answer = solver::run(how, about, options);
        BOOST_TEST((answer.ended == theory::outcome::enough));
        BOOST_TEST(answer.share >= 0.9);
        BOOST_TEST(answer.share < 0.95);
        // A alone explains 6.25 of 7; B has just begun to grow when 0.9 of 7 is explained.
        BOOST_TEST(std::isfinite(time_by(answer, "progress", 0)));
        BOOST_TEST(answer.path.progress.back()(0) == 1, boost::test_tools::tolerance(1e-12));
        BOOST_TEST(answer.path.share.back() == answer.share, boost::test_tools::tolerance(1e-12));
        BOOST_TEST(std::isnan(answer.times[1]));
    }
}

BOOST_AUTO_TEST_CASE(weights_are_noted_where_they_are_asked_for) {
    for (const char* how : {"flow", "full"}) {
        solver::model about = late_toy(0, 0.1);
        about.init.width = 3;
        about.training.learning_rate = 1e-3;
        solver::run_options options{.note_at = 0.75};
        const auto answer = solver::run(how, about, options);
        BOOST_REQUIRE(answer.noted.size() == 2);
        // The logistic curve at t: w = 1 / (1 + (1/q - 1) e^(-2 v t)), s = v.
        const auto w = [](double v) { return 1 / (1 + (1 / 0.01 - 1) * std::exp(-2 * v * 0.75)); };
        const double tolerance = std::string_view(how) == "flow" ? 1e-8 : 2e-2;  // of order eta
        BOOST_TEST(tests::relative(answer.noted(0), w(4)) < tolerance);
        BOOST_TEST(tests::relative(answer.noted(1), w(1)) < tolerance);
    }
}

BOOST_AUTO_TEST_CASE(chosen_clock_tells_the_times) {
    solver::run_options options;
    options.clock = &theory::clocks().find("power");
    const auto told = solver::run("flow", late_toy(0.5, 1e-3), options);
    const auto plain = solver::run("flow", late_toy(0.5, 1e-3));
    BOOST_TEST(told.times[1] == time_by(plain, "power", 1));
    BOOST_TEST(told.phases.back().duration == told.times[1] - told.times[0]);
    BOOST_TEST(plain.times[1] == time_by(told, "norm", 1));
    // A method that knows the norm alone says so.
    const auto refined = solver::run("refined", late_toy(0.5, 1e-3), options);
    BOOST_TEST(std::isnan(refined.times[0]));
    BOOST_TEST(!refined.warnings.empty());
}

BOOST_AUTO_TEST_SUITE_END()
