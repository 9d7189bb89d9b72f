#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/drawn_samples.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/losses/loss.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(losses)

BOOST_AUTO_TEST_CASE(slopes_are_derivatives) {
    for (const auto* loss : solver::losses().all) {
        for (const double target : {-1.0, 1.0}) {
            for (const double output : {-2.0, -0.3, 0.0, 0.7, 3.0}) {
                const double h = 1e-5;
                const double difference =
                    (loss->value(target, output + h) - loss->value(target, output - h)) / (2 * h);
                // h^2/6 third derivatives of at most e^3, rounding 1e-16/h.
                BOOST_TEST(std::abs(difference - loss->slope(target, output)) < 1e-8);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(values_are_those_of_the_formulas) {
    const auto value = [](const char* name, double y, double f) {
        return solver::losses().find(name).value(y, f);
    };
    BOOST_TEST(value("mse", 3, 1) == 2);
    BOOST_TEST(std::abs(value("logistic", -1, 0.5) - std::log(1 + std::exp(0.5))) < 1e-15);
    BOOST_TEST(std::abs(value("exponential", -1, 0.5) - std::exp(0.5)) < 1e-15);
}

BOOST_AUTO_TEST_CASE(slopes_at_zero_are_s_half_s_and_s) {
    BOOST_TEST(solver::losses().find("mse").slope(1, 0) == -1);
    BOOST_TEST(solver::losses().find("logistic").slope(1, 0) == -0.5);
    BOOST_TEST(solver::losses().find("logistic").slope(-1, 0) == 0.5);
    BOOST_TEST(solver::losses().find("exponential").slope(-1, 0) == 1);
}

BOOST_AUTO_TEST_CASE(the_logistic_loss_does_not_overflow) {
    const auto& logistic = solver::losses().find("logistic");
    BOOST_TEST(logistic.value(1, -1e5) == 1e5);
    BOOST_TEST(logistic.value(1, 1e5) == 0);
    BOOST_TEST(logistic.slope(1, -1e5) == -1);
    BOOST_TEST(std::abs(logistic.slope(1, 1e5)) == 0);
}

BOOST_AUTO_TEST_CASE(only_the_squared_error_is_a_matter_of_second_moments) {
    for (const auto* loss : solver::losses().all) {
        // Quadratic in f: the slope's own slope is 1 everywhere.
        const bool quadratic = loss->slope(1, 2) - loss->slope(1, 1) == 1;
        BOOST_TEST(loss->squared == quadratic);
        BOOST_TEST((loss == &solver::losses().find(loss->name)));
    }
    BOOST_CHECK_EXCEPTION((void)solver::losses().find("hinge"), data::input_error,
                          says("loss: need mse, logistic or exponential, got 'hinge'"));
}

namespace {

// Of Huber: squared up to an error of 1, straight beyond.
constexpr solver::loss_function huber = {
    .name = "huber",
    .about = "squared error where it is small, its root where it is large",
    .value =
        [](double y, double f) {
            const double e = std::abs(y - f);
            return e <= 1 ? e * e / 2 : e - 0.5;
        },
    .slope = [](double y, double f) { return std::fmin(1, std::fmax(-1, f - y)); }};

}  // namespace

BOOST_AUTO_TEST_CASE(a_loss_that_nobody_knows_trains_networks) {
    // Targets of at most a half and small weights: no error is ever beyond 1, so that the numbers
    // are those of the squared error.
    const auto drawn = data::draw_toy_samples({.rho = 0.5, .ratio = 2}, 50, 1, false);
    const double largest = drawn.targets().cwiseAbs().maxCoeff();
    const data::samples data({"A", "B"}, drawn.dims(), drawn.inputs(),
                             drawn.targets() / (2 * largest));
    tests::network_options options{.learning_rate = 0.1};
    const auto train = [&] {
        return tests::simulate(data, theory::architecture::fused(2, 2, 2), tests::gaussian(0.05, 8),
                               options);
    };
    const auto squared = train();
    options.samples.loss = &huber;
    const auto own = train();
    BOOST_TEST((own.ended == theory::outcome::learned));
    BOOST_TEST(own.times == squared.times);
    BOOST_TEST(!options.samples.moments_suffice());
}

BOOST_AUTO_TEST_SUITE_END()
