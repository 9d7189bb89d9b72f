#include "fusionflow/data/scaled_inputs.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(scaled_inputs)

// Powers of two scale without rounding.
BOOST_AUTO_TEST_CASE(moments_are_those_of_the_scaled_inputs) {
    const data::moments before = tests::random_moments({2, 3}, 1, 2);
    const data::moments after = data::scale_inputs(before, {4, 0.5});
    BOOST_TEST(after.covariance()(0, 1) == 16 * before.covariance()(0, 1));
    BOOST_TEST(after.covariance()(1, 3) == 2 * before.covariance()(1, 3));
    BOOST_TEST(after.covariance()(4, 2) == 0.25 * before.covariance()(4, 2));
    BOOST_TEST(after.matrix(after.correlations())(1, 0) ==
               4 * before.matrix(before.correlations())(1, 0));
    BOOST_TEST(after.target_power() == before.target_power());
    BOOST_CHECK(!after.means());
    data::moment_means means{Eigen::VectorXd::Constant(5, 0.01), Eigen::VectorXd::Zero(2)};
    const data::moments shifted = data::scale_inputs(before.with_means(means), {4, 0.5});
    BOOST_TEST(shifted.means()->inputs(1) == 0.04);
    BOOST_TEST(shifted.means()->inputs(4) == 0.005);
}

BOOST_AUTO_TEST_CASE(factors_have_to_be_positive_numbers_one_per_modality) {
    const data::moments toy = tests::toy(0.5, 2);
    BOOST_CHECK_EXCEPTION((void)data::scale_inputs(toy, {1}), data::input_error,
                          says("factors: need 2 factors, got 1"));
    for (const double odd : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
        BOOST_CHECK_EXCEPTION((void)data::scale_inputs(toy, {1, odd}), data::input_error,
                              says(fmt::format("factors: need finite factors > 0, got {}", odd)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
