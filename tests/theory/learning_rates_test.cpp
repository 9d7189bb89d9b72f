// A network whose parts learn at rates of their own, as another one that learns at one rate.

#include "fusionflow/theory/learning_rates.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "fusionflow/theory/race/race.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(learning_rates)

// Two layers of A, one of B, a trunk of three: 4^(2/2) 9^(3/2) = 108 and 0.25^(1/2) 9^(3/2) = 13.5.
BOOST_AUTO_TEST_CASE(inputs_have_a_root_of_the_factor_of_every_layer) {
    const theory::learning_rates rates{{4, 0.25}, 9};
    const auto factors = theory::input_factors(theory::architecture({2, 1}, 3), rates);
    const auto rounding = boost::test_tools::tolerance(1e-15);
    BOOST_TEST(factors[0] == 108.0, rounding);
    BOOST_TEST(factors[1] == 13.5, rounding);
    const auto same = theory::at_equal_rates(tests::toy(0.5, 2), theory::architecture({2, 1}, 3),
                                             {.u0 = 0.1}, rates);
    const auto& before = tests::toy(0.5, 2);
    BOOST_TEST(same.moments.covariance()(0, 1) == 108 * 13.5 * before.covariance()(0, 1), rounding);
    BOOST_TEST(same.moments.correlation()(1) == 13.5 * before.correlation()(1), rounding);
    BOOST_TEST(same.init.norm(0) == 0.05, rounding);
    BOOST_TEST(same.init.norm(1) == 0.2, rounding);
    BOOST_TEST(same.init.trunk_factor == 1.0 / 3, rounding);
}

// The layer of a branch grows as g |s| u^(L-1), whatever the rates of the others: phases of equal
// g |s| are equally long.
BOOST_AUTO_TEST_CASE(late_modalities_tie_where_rate_times_correlation_is_equal) {
    const data::moments moments = tests::toy(0, 2);  // |s| = 4 and 1
    for (const int depth : {2, 3, 4, 6}) {
        const auto arch = theory::architecture::fused(depth, depth, 2);
        const auto same =
            theory::at_equal_rates(moments, arch, {.u0 = 1e-4}, {.branches = {0.5, 2}});
        const auto raced = theory::race(same.moments, arch, same.init);
        // Both are the same number but for rounding.
        BOOST_TEST(raced.answer.times[0] == raced.answer.times[1],
                   boost::test_tools::tolerance(1e-12));
    }
}

BOOST_AUTO_TEST_CASE(factors_that_no_training_has_are_refused) {
    const auto refused = [](const theory::learning_rates& rates, const std::string& message) {
        BOOST_CHECK_EXCEPTION(rates.validate(2), data::input_error, says(message));
    };
    refused({{1, 2, 3}, 1}, "learning-rates: need 2 factors, one per modality, got 3");
    for (const double g : {0.0, -1.0, 1e7, 1e-7, std::nan(""), HUGE_VAL}) {
        const std::string message =
            fmt::format("learning-rates: need factors within 1e-6 ... 1e6, got {}", g);
        refused({{1, g}, 1}, message);
        refused({{}, g}, message);
    }
    BOOST_CHECK_EXCEPTION(
        (void)theory::at_equal_rates(tests::toy(0, 2), theory::architecture({40, 40}, 0),
                                     {.u0 = 0.1}, {{1e6, 1}, 1}),
        data::input_error,
        says("learning-rates: need factors nearer 1: at one rate the same network has inputs "
             "beyond the range of numbers (covariance: need variances of 0 or 1e-101 to 1e+101, "
             "got 4e+240 at 1)"));
}

BOOST_AUTO_TEST_SUITE_END()
