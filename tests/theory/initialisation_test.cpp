#include "fusionflow/theory/initialisation.hpp"

#include <Eigen/LU>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/error.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::says;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(initialisation)

BOOST_AUTO_TEST_CASE(refuses_scales_that_are_no_scales) {
    const auto check = [](double u0) { theory::initialisation{.u0 = u0}.validate(2); };
    BOOST_CHECK_EXCEPTION(check(0), data::input_error, says("init: need finite u0 > 0, got 0"));
    BOOST_CHECK_EXCEPTION(check(-1), data::input_error, says("init: need finite u0 > 0, got -1"));
    BOOST_CHECK_EXCEPTION(check(std::numeric_limits<double>::quiet_NaN()), data::input_error,
                          says("init: need finite u0 > 0, got nan"));
    BOOST_CHECK_EXCEPTION(check(std::numeric_limits<double>::infinity()), data::input_error,
                          says("init: need finite u0 > 0, got inf"));
}

BOOST_AUTO_TEST_CASE(refuses_absurd_widths_and_norms_that_do_not_fit) {
    BOOST_CHECK_EXCEPTION((theory::initialisation{.width = 0}.validate(2)), data::input_error,
                          says("width: need 1 <= H <= 1e12, got 0"));
    BOOST_CHECK_EXCEPTION((theory::initialisation{.branch_norms = {0.1}}.validate(2)),
                          data::input_error, says("branch_norms: need 2 numbers, got 1"));
    BOOST_CHECK_EXCEPTION(
        (theory::initialisation{.drawn = scheme::gaussian, .branch_norms = {0.1, 0.2}}.validate(2)),
        data::input_error, says("branch_norms: need the balanced scheme"));
    BOOST_CHECK_EXCEPTION((theory::initialisation{.trunk_excess = -1}.validate(2)),
                          data::input_error, says("trunk_excess: need finite c >= 0, got -1"));
}

BOOST_AUTO_TEST_CASE(weights_start_along_the_correlations) {
    const auto moments = tests::random_moments({3, 2}, 4);
    const Eigen::VectorXd directions = theory::initial_directions(moments);
    for (int m = 0; m < 2; ++m) {
        const Eigen::VectorXd s = moments.part(moments.correlation(), m);
        BOOST_TEST((moments.part(directions, m) - s.normalized()).norm() < 1e-15);
    }
}

BOOST_AUTO_TEST_CASE(uncorrelated_modality_starts_along_what_is_left_for_it) {
    // y = x_A - x_B with <y x_B> = 0: s_B = 0, but once A is learned E_B = -(1 - rho^2) < 0.
    Eigen::MatrixXd covariance(2, 2);
    covariance << 4, 1, 1, 1;
    const Eigen::VectorXd correlation = covariance * Eigen::Vector2d(1, -1);
    BOOST_TEST(correlation(1) == 0);
    const data::moments moments({"A", "B"}, {1, 1}, covariance, correlation, 3);
    BOOST_TEST(theory::initial_directions(moments)(1) == -1);
}

BOOST_AUTO_TEST_CASE(expected_grams_hold_the_norms_of_the_scheme) {
    const auto moments = tests::random_moments({3, 2}, 4);
    // Balanced: |W1| = |w2| = u0, aligned: trace 2 u0^2, rank one. Rounding only.
    const auto balanced = theory::expected_grams(moments, {.u0 = 0.1})[0];
    BOOST_TEST(std::abs(balanced.trace() - 0.02) < 1e-16);
    BOOST_TEST(std::abs(balanced.determinant()) < 1e-18);
    const auto gaussian =
        theory::expected_grams(moments, {.u0 = 0.1, .drawn = scheme::gaussian})[0];
    BOOST_TEST(std::abs(gaussian.trace() - 0.02) < 1e-16);
    const auto iid =
        theory::expected_grams(moments, {.u0 = 0.1, .drawn = scheme::gaussian_iid, .width = 50})[0];
    BOOST_TEST((iid - 0.5 * Eigen::MatrixXd::Identity(4, 4)).norm() < 1e-15);
}

BOOST_AUTO_TEST_CASE(times_beyond_the_range_of_numbers_are_refused_with_their_logarithm) {
    // L = 4: u0^-2; early fusion: dt/dc = u_f^-3; two layers: no limit but that of numbers.
    const auto late = theory::architecture::fused(4, 4, 2);
    BOOST_CHECK_NO_THROW(theory::require_range(late, {.u0 = 1e-147}));
    BOOST_CHECK_EXCEPTION(theory::require_range(late, {.u0 = 1e-200}), data::input_error,
                          says("init: times of 10^400.0 (u0^-2, log10 t) are beyond the range of "
                               "numbers: need u0 >= 3.2e-148, got 1e-200; predict gives their "
                               "log10"));
    BOOST_CHECK_EXCEPTION(
        theory::require_range(theory::architecture::fused(4, 1, 2), {.u0 = 1e-100}),
        data::input_error,
        says("init: times of 10^300.0 (u0^-3, log10 t) are beyond the range of numbers: need u0 >= "
             "4.6e-99, got 1e-100; predict gives their log10"));
    BOOST_CHECK_NO_THROW(
        theory::require_range(theory::architecture::fused(2, 2, 2), {.u0 = 1e-300}));
}

BOOST_AUTO_TEST_SUITE_END()
