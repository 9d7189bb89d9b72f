#include "fusionflow/validation/study/spread.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/learning.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(spread)

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double rounding = 1e-15;

}  // namespace

BOOST_AUTO_TEST_CASE(mean_and_standard_error_are_those_by_hand) {
    // Squares of the distances from the mean 5: 9, 1, 1, 9; 20 / 3 / 4 = 5 / 3.
    const std::vector<double> values = {2, 4, 6, 8};
    const auto m = validation::mean_of(values);
    BOOST_TEST(m.mean == 5);
    BOOST_TEST(std::abs(m.standard_error - std::sqrt(5.0 / 3)) < rounding);
}

BOOST_AUTO_TEST_CASE(one_value_has_no_standard_error_and_none_no_mean) {
    const auto one = validation::mean_of(std::array{3.0});
    BOOST_TEST(one.mean == 3);
    BOOST_TEST(std::isnan(one.standard_error));
    BOOST_TEST(std::isnan(validation::mean_of({}).mean));
}

BOOST_AUTO_TEST_CASE(quantiles_are_linear_between_neighbours) {
    // h = 3 p: numpy.quantile([1, 2, 4, 8], p) has the same rule.
    const std::vector<double> values = {1, 2, 4, 8};
    for (const auto& [p, expected] : {std::pair{0.0, 1.0},
                                      {0.05, 1.15},
                                      {0.25, 1.75},
                                      {0.5, 3.0},
                                      {0.75, 5.0},
                                      {0.95, 7.4},
                                      {1.0, 8.0}}) {
        BOOST_TEST(std::abs(validation::quantile(values, p) - expected) < 8 * rounding);
    }
    BOOST_TEST(validation::quantile(std::array{7.0}, 0.3) == 7);
}

BOOST_AUTO_TEST_CASE(rejects_quantiles_of_nothing_and_outside_the_unit_interval) {
    BOOST_CHECK_EXCEPTION((void)validation::quantile({}, 0.5), data::input_error,
                          says("sorted: need at least one value"));
    BOOST_CHECK_EXCEPTION((void)validation::quantile(std::array{1.0}, 1.5), data::input_error,
                          says("p: need 0 <= p <= 1, got 1.5"));
    BOOST_CHECK_EXCEPTION((void)validation::quantile(std::array{1.0}, unknown), data::input_error,
                          says("p: need 0 <= p <= 1, got nan"));
}

BOOST_AUTO_TEST_CASE(what_never_comes_or_is_unknown_is_counted_and_left_out) {
    const auto s = validation::spread_of(
        std::vector{8.0, theory::never, 2.0, unknown, 4.0, theory::never, 1.0});
    BOOST_TEST(s.finite == 4);
    BOOST_TEST(s.never == 2);
    BOOST_TEST(s.unknown == 1);
    BOOST_TEST(s.mean.mean == 3.75);
    BOOST_TEST_REQUIRE(s.quantiles.size() == 5U);
    BOOST_TEST(s.quantiles[2].p == 0.5);
    BOOST_TEST(s.quantiles[2].value == 3);
}

BOOST_AUTO_TEST_CASE(without_finite_values_there_is_no_number) {
    const auto s = validation::spread_of(std::array{theory::never, unknown});
    BOOST_TEST(s.finite == 0);
    BOOST_TEST(std::isnan(s.mean.mean));
    BOOST_TEST(s.quantiles.empty());
}

BOOST_AUTO_TEST_CASE(medians_of_times_take_never_for_the_latest) {
    const double never = std::numeric_limits<double>::infinity();
    BOOST_TEST(validation::median_time({3, 1, 2}) == 2);
    BOOST_TEST(validation::median_time({4, 1, 2, 3}) == 2.5);
    BOOST_TEST(validation::median_time({never, 1, 2}) == 2);
    BOOST_TEST(validation::median_time({never, 1, never}) == never);
    BOOST_TEST(validation::median_time({never, never, 1, 2}) == never);
    BOOST_TEST(std::isnan(validation::median_time({1, NAN, 2})));
    BOOST_TEST(std::isnan(validation::median_time({})));
}

BOOST_AUTO_TEST_SUITE_END()
