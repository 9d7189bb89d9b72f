#include "fusionflow/solver/losses/sample_options.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/error.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using solver::loss_kind;
using tests::says;

BOOST_AUTO_TEST_SUITE(sample_options)

BOOST_AUTO_TEST_CASE(slopes_are_derivatives_of_losses) {
    for (const auto kind : {loss_kind::mse, loss_kind::logistic, loss_kind::exponential}) {
        for (const double target : {-1.0, 1.0}) {
            for (const double output : {-2.0, -0.3, 0.0, 0.7, 3.0}) {
                const double h = 1e-5;
                const double difference = (solver::loss_value(kind, target, output + h) -
                                           solver::loss_value(kind, target, output - h)) /
                                          (2 * h);
                // h^2/6 third derivatives of at most e^3, rounding 1e-16/h.
                BOOST_TEST(std::abs(difference - solver::loss_slope(kind, target, output)) < 1e-8);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(slopes_at_zero_are_s_half_s_and_s) {
    BOOST_TEST(solver::loss_slope(loss_kind::mse, 1, 0) == -1);
    BOOST_TEST(solver::loss_slope(loss_kind::logistic, 1, 0) == -0.5);
    BOOST_TEST(solver::loss_slope(loss_kind::logistic, -1, 0) == 0.5);
    BOOST_TEST(solver::loss_slope(loss_kind::exponential, -1, 0) == 1);
}

BOOST_AUTO_TEST_CASE(the_logistic_loss_does_not_overflow) {
    BOOST_TEST(solver::loss_value(loss_kind::logistic, 1, -1e5) == 1e5);
    BOOST_TEST(solver::loss_value(loss_kind::logistic, 1, 1e5) == 0);
    BOOST_TEST(solver::loss_slope(loss_kind::logistic, 1, -1e5) == -1);
    BOOST_TEST(std::abs(solver::loss_slope(loss_kind::logistic, 1, 1e5)) == 0);
}

BOOST_AUTO_TEST_CASE(names_are_read_back) {
    for (const auto kind : {loss_kind::mse, loss_kind::logistic, loss_kind::exponential}) {
        BOOST_TEST((solver::parse_loss(solver::to_string(kind)) == kind));
    }
    for (const double slope : {0.0, 0.1, 1.0, 1.5}) {
        BOOST_TEST(solver::parse_activation(to_string(solver::activation{slope})).slope == slope);
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_activation_or_loss) {
    for (const std::string name :
         {"tanh", "leaky", "leaky:", "leaky:-1", "leaky:1x", "leaky:nan"}) {
        BOOST_CHECK_EXCEPTION(
            (void)solver::parse_activation(name), data::input_error,
            says("activation: need linear, relu or leaky:A with finite A >= 0, got '" + name +
                 "'"));
    }
    BOOST_CHECK_EXCEPTION((void)solver::parse_loss("hinge"), data::input_error,
                          says("loss: need mse, logistic or exponential, got 'hinge'"));
    solver::sample_options options;
    options.units.slope = std::numeric_limits<double>::quiet_NaN();
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("activation: need a finite slope >= 0, got nan"));
    options = {};
    options.batch = -1;
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("batch: need at least 1, got -1"));
}

BOOST_AUTO_TEST_SUITE_END()
