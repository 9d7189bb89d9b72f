#include "fusionflow/solver/losses/sample_options.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "fusionflow/data/error.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(sample_options)

BOOST_AUTO_TEST_CASE(names_are_read_back) {
    for (const double slope : {0.0, 0.1, 1.0, 1.5}) {
        BOOST_TEST(solver::parse_activation(to_string(solver::activation{slope})).slope == slope);
    }
    BOOST_TEST(solver::parse_activation("linear").is_linear());
    BOOST_TEST(solver::parse_activation("relu").slope == 0);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_activation) {
    for (const std::string name :
         {"tanh", "leaky", "leaky:", "leaky:-1", "leaky:1x", "leaky:nan"}) {
        BOOST_CHECK_EXCEPTION(
            (void)solver::parse_activation(name), data::input_error,
            says("activation: need linear, relu or leaky:A with finite A >= 0, got '" + name +
                 "'"));
    }
    solver::sample_options options;
    options.units.slope = std::numeric_limits<double>::quiet_NaN();
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("activation: need a finite slope >= 0, got nan"));
    options = {};
    options.batch = -1;
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("batch: need at least 1, got -1"));
}

BOOST_AUTO_TEST_CASE(second_moments_suffice_for_what_theory_is_about_only) {
    BOOST_TEST(solver::sample_options{}.moments_suffice());
    BOOST_TEST(!solver::sample_options{.units = {0}}.moments_suffice());
    BOOST_TEST(!solver::sample_options{.bias = true}.moments_suffice());
    BOOST_TEST(!solver::sample_options{.batch = 10}.moments_suffice());
    const auto* logistic = &solver::losses().find("logistic");
    BOOST_TEST(!solver::sample_options{.loss = logistic}.moments_suffice());
}

BOOST_AUTO_TEST_SUITE_END()
