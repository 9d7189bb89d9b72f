#include "fusionflow/validation/figures/axis_scale.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace fusionflow;
using validation::axis;

BOOST_AUTO_TEST_SUITE(axis_scale)

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
// A few sums and products.
const auto rounding = boost::test_tools::tolerance(1e-14);

const axis linear{};
const axis logarithmic{.log = true};

axis between(double low, double high, bool log) { return {.log = log, .low = low, .high = high}; }

}  // namespace

BOOST_AUTO_TEST_CASE(linear_ends_are_a_twentieth_beyond_what_can_be_shown) {
    const validation::axis_scale scale(linear, {1, nan, inf, -inf, 3, 2});
    BOOST_TEST(scale.low() == 0.9, rounding);
    BOOST_TEST(scale.high() == 3.1, rounding);
}

BOOST_AUTO_TEST_CASE(logarithmic_ends_are_a_fifth_beyond_what_can_be_shown) {
    const validation::axis_scale scale(logarithmic, {0, -3, inf, nan, 12, 600});
    BOOST_TEST(scale.low() == 10.0, rounding);
    BOOST_TEST(scale.high() == 720.0, rounding);
}

BOOST_AUTO_TEST_CASE(given_ends_stay_where_they_are) {
    const validation::axis_scale from({.low = 0}, {2, 4});
    BOOST_TEST(from.low() == 0.0);
    BOOST_TEST(from.high() == 4.2, rounding);
    const validation::axis_scale both(between(-1, 0.5, false), {2, 4});
    BOOST_TEST((both.low() == -1 && both.high() == 0.5));
}

BOOST_AUTO_TEST_CASE(axes_of_nothing_and_of_one_value_are_drawable) {
    const validation::axis_scale nothing(linear, {nan});
    BOOST_TEST((nothing.low() == 0 && nothing.high() == 1));
    const validation::axis_scale no_decade(logarithmic, {0});
    BOOST_TEST((no_decade.low() == 1 && no_decade.high() == 10));
    for (const double value : {-2.0, 0.0, 1e-300, 5.0, 1e17}) {
        const validation::axis_scale one(linear, {value});
        BOOST_TEST((one.low() < value && value < one.high()), value);
    }
    const validation::axis_scale zero({.low = 0, .high = 0}, {});
    BOOST_TEST((zero.low() == 0 && zero.high() == 1));
}

BOOST_AUTO_TEST_CASE(numbers_are_round_and_few) {
    const auto numbers = [](double high) {
        return validation::axis_scale(between(0, high, false), {}).numbers(5);
    };
    BOOST_TEST(numbers(5) == (std::vector<double>{0, 1, 2, 3, 4, 5}));
    BOOST_TEST(numbers(9) == (std::vector<double>{0, 2, 4, 6, 8}));
    BOOST_TEST(numbers(21) == (std::vector<double>{0, 5, 10, 15, 20}));
    BOOST_TEST(numbers(26) == (std::vector<double>{0, 10, 20}));
    for (double high = 1e-9; high < 1e15; high *= 1.7) {
        BOOST_TEST((numbers(high).size() >= 3 && numbers(high).size() <= 6), high);
    }
    const axis layers{.low = 0.4, .high = 3.6, .step = 1};
    BOOST_TEST(validation::axis_scale(layers, {}).numbers(5) == (std::vector<double>{1, 2, 3}));
    // Zero has no sign.
    BOOST_TEST(!std::signbit(validation::axis_scale(linear, {0, 1}).numbers(5).front()));
}

BOOST_AUTO_TEST_CASE(logarithmic_numbers_are_round_and_within_the_ends) {
    const auto numbers = [](double low, double high) {
        return validation::axis_scale(between(low, high, true), {}).numbers(8);
    };
    BOOST_TEST(numbers(160, 5200) == (std::vector<double>{200, 500, 1000, 2000, 5000}));
    // No 1, 2 or 5 times a power of ten is in between.
    BOOST_TEST(numbers(2.1, 4.4) == (std::vector<double>{2.5, 3, 3.5, 4}));
    BOOST_TEST(numbers(0.5, 3000) == (std::vector<double>{1, 10, 100, 1000}));
    // Twenty powers: every fifth.
    BOOST_TEST(numbers(1, 1e20) == (std::vector<double>{1, 1e5, 1e10, 1e15, 1e20}));
}

BOOST_AUTO_TEST_CASE(places_are_parts_of_the_way_along_the_axis) {
    const validation::axis_scale even(between(2, 6, false), {});
    const validation::axis_scale decades(between(1, 1e4, true), {});
    for (const double part : {0.0, 0.25, 1.0}) {
        BOOST_TEST(even.place(2 + 4 * part) == part, rounding);
        BOOST_TEST(decades.place(std::pow(1e4, part)) == part, rounding);
    }
}

BOOST_AUTO_TEST_SUITE_END()
