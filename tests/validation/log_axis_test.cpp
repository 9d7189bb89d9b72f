#include "fusionflow/validation/figures/log_axis.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

using namespace fusionflow;
using validation::log_range;
using validation::log_tics;

BOOST_AUTO_TEST_SUITE(log_axis)

BOOST_AUTO_TEST_CASE(range_is_a_fifth_beyond_what_can_be_shown) {
    log_range range;
    BOOST_TEST(range.low() == 1.0);
    BOOST_TEST(range.high() == 10.0);
    for (const double value : {0.0, -3.0, std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()}) {
        range.add(value);
    }
    BOOST_TEST(range.high() == 10.0);
    range.add(12);
    range.add(600);
    // One division and one multiplication.
    BOOST_TEST(range.low() == 10.0, boost::test_tools::tolerance(1e-15));
    BOOST_TEST(range.high() == 720.0, boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(labels_are_round_and_within_the_ends) {
    BOOST_TEST(log_tics(160, 5200) ==
               "('200' 200, '500' 500, '1000' 1000, '2000' 2000, '5000' 5000)");
    // No 1, 2, 5 is in between.
    BOOST_TEST(log_tics(2.1, 4.4) == "('2.5' 2.5, '3' 3, '3.5' 3.5, '4' 4)");
    BOOST_TEST(log_tics(0.5, 3000) == "('1' 1, '10' 10, '100' 100, '1000' 1000)");
    // Twenty powers: every third.
    BOOST_TEST(log_tics(1, 1e20) == "('1' 1, '1000' 1000, '1e+06' 1e+06, '1e+09' 1e+09, "
                                    "'1e+12' 1e+12, '1e+15' 1e+15, '1e+18' 1e+18)");
}

BOOST_AUTO_TEST_SUITE_END()
