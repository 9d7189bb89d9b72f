#include "fusionflow/validation/experiments/check_result.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace fusionflow;
BOOST_AUTO_TEST_SUITE(check_result)

BOOST_AUTO_TEST_CASE(relative_error_knows_never_and_unknown) {
    using validation::relative_error;
    const double infinity = std::numeric_limits<double>::infinity();
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(relative_error(11, 10) == 0.1);
    BOOST_TEST(relative_error(9, -10) == 1.9);
    BOOST_TEST(relative_error(0, 0) == 0);
    BOOST_TEST(relative_error(infinity, infinity) == 0);
    BOOST_TEST(std::isinf(relative_error(3, infinity)));
    BOOST_TEST(std::isinf(relative_error(infinity, 3)));
    BOOST_TEST(std::isnan(relative_error(unknown, 3)));
    BOOST_TEST(std::isnan(relative_error(3, unknown)));
}

BOOST_AUTO_TEST_CASE(ranges_are_said_as_people_read_them) {
    const double infinity = std::numeric_limits<double>::infinity();
    BOOST_TEST(to_string(validation::allowed_range{3.6, 4.2}) == "3.6 ... 4.2");
    BOOST_TEST(to_string(validation::allowed_range{3.6, infinity}) == ">= 3.6");
    BOOST_TEST(to_string(validation::allowed_range{-infinity, 0.02}) == "<= 0.02");
    BOOST_TEST(to_string(validation::allowed_range{2, 2}) == "2");
    BOOST_TEST(to_string(validation::about(infinity, 0.1)) == "never");
    BOOST_TEST(to_string(validation::about(4, 0.01)) == "3.96 ... 4.04");
    BOOST_TEST(to_string(validation::about(-4, 0.01)) == "-4.04 ... -3.96");
}

BOOST_AUTO_TEST_CASE(what_is_outside_or_unknown_is_not_allowed) {
    const double infinity = std::numeric_limits<double>::infinity();
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    const validation::allowed_range range{3, 4};
    BOOST_TEST(range.holds(3));
    BOOST_TEST(!range.holds(4.1));
    BOOST_TEST(!range.holds(unknown));
    BOOST_TEST(!validation::allowed_range{}.holds(unknown));
    BOOST_TEST(validation::about(infinity, 0.1).holds(infinity));
    BOOST_TEST(!validation::about(infinity, 0.1).holds(1e300));
    BOOST_TEST(range.beyond(3.25) == -0.25);
    BOOST_TEST(range.beyond(4.5) == 0.5);
    BOOST_TEST(range.beyond(unknown) == infinity);
    BOOST_TEST(validation::about(infinity, 0.1).beyond(infinity) == 0);
}

BOOST_AUTO_TEST_CASE(a_failure_says_what_was_allowed) {
    validation::check_result r;
    r.measured = 4.5;
    r.measured_by = "full";
    r.allowed = {3.6, 4.2};
    BOOST_TEST(failure_text(r) == "measured 4.5 (full), allowed 3.6 ... 4.2");
    r.expected = 4;
    r.expected_by = "formula";
    r.allowed = {3.6, 4.4};
    r.error = 0.125;
    r.tolerance = 0.1;
    BOOST_TEST(failure_text(r) ==
               "expected 4 (formula), measured 4.5 (full), allowed 3.6 ... 4.4, error 0.125 of at "
               "most 0.1");
}

BOOST_AUTO_TEST_SUITE_END()
