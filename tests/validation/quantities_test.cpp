#include "fusionflow/validation/experiments/quantities.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/validation/experiments/excess_loss.hpp"
#include "tests/support/options.hpp"

using namespace fusionflow;
using validation::observe;

BOOST_AUTO_TEST_SUITE(quantities)

namespace {

// Two inputs of variances 3 and 1, y = 0.5 (x_A + x_B).
solver::model drawn_model() {
    return build_model(tests::with({{"data", "gaussian"},
                                    {"dims", "1,1"},
                                    {"variances", "3,1"},
                                    {"input-weight", "0.5"},
                                    {"draws", "200"}}));
}

// A path on which W_A passes 0.5, comes back to it and W_B is learned last.
solver::answer a_run(const solver::model& about) {
    solver::answer run;
    run.times = {1, 4};
    const std::vector<Eigen::Vector2d> weights = {{0, 0},   {0.4, 0},   {0.5, 0},
                                                  {0.8, 0}, {0.5, 0.4}, {0.6, 0.5}};
    for (std::size_t i = 0; i < weights.size(); ++i) {
        run.path.time.push_back(static_cast<double>(i));
        run.path.weights.emplace_back(weights[i]);
        run.path.loss.push_back(solver::loss(about.moments, weights[i]));
    }
    run.weights_final = weights.back();
    return run;
}

double error_of(double a, double b) {
    return (3 * (a - 0.5) * (a - 0.5) + (b - 0.5) * (b - 0.5)) / 2;
}

}  // namespace

BOOST_AUTO_TEST_CASE(generalisation_errors_are_those_of_the_population) {
    const auto about = drawn_model();
    const auto run = a_run(about);
    const auto close = [&](const std::string& quantity, double expected) {
        BOOST_TEST(std::abs(observe(quantity, about, run) - expected) < 1e-12, quantity);
    };
    close("first_minimum", error_of(0.5, 0));
    close("first_minimum_part", 2.0 / 4);
    close("least_error", error_of(0.5, 0.4));
    close("least_error_time", 4);
    close("least_error_part", 1);
    close("final_error", error_of(0.6, 0.5));
    const auto unknown = build_model(tests::with({{"rho", "0.5"}}));
    BOOST_TEST(std::isnan(observe("least_error", unknown, run)));
    BOOST_TEST(std::isnan(observe("first_minimum", unknown, run)));
}

BOOST_AUTO_TEST_CASE(wait_is_from_the_first_half_height_to_the_last) {
    const auto about = build_model(tests::with({{"rho", "0.5"}}));
    solver::answer run;
    run.times = {7.5, 1};
    BOOST_TEST(observe("wait", about, run) == 6.5);
    BOOST_TEST(validation::is_of_times("wait"));
    BOOST_TEST(!validation::needs_path("wait"));
    run.times = {1, std::numeric_limits<double>::infinity()};
    BOOST_TEST(std::isinf(observe("wait", about, run)));
    run.times = {1};
    BOOST_TEST(std::isnan(observe("wait", about, run)));
}

BOOST_AUTO_TEST_CASE(superficial_where_the_first_does_not_explain_most) {
    solver::answer run;
    run.times = {1, 4};
    for (const auto& [weight, expected] : {std::pair("0.25", 1.0), std::pair("2", 0.0)}) {
        const auto about =
            build_model(tests::with({{"ratio", "2.5"}, {"rho", "0"}, {"target-ratio", weight}}));
        BOOST_TEST(observe("superficial", about, run) == expected);
    }
}

// Three inputs and one equation: the least weights are along the samples' span.
BOOST_AUTO_TEST_CASE(excess_norm_is_the_distance_from_the_least_weights) {
    const auto about = build_model(tests::with({{"data", "gaussian"},
                                                {"dims", "2,1"},
                                                {"variances", "1,1"},
                                                {"draws", "1"},
                                                {"depth", "2"}}));
    const Eigen::VectorXd s = about.moments.correlation();
    const Eigen::VectorXd least = s / about.moments.covariance().trace();
    solver::answer run;
    run.times = {1, 2};
    run.weights_final = least;
    BOOST_TEST(observe("excess_norm", about, run) < 1e-12);
    const Eigen::Vector3d off(s(1), -s(0), 0);
    run.weights_final += off.normalized() * least.norm() / 2;
    BOOST_TEST(std::abs(observe("excess_norm", about, run) - 0.5) < 1e-12);
}

BOOST_AUTO_TEST_SUITE_END()
