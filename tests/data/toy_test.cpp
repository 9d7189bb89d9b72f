#include "fusionflow/data/toy.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/random.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow::data;
using fusionflow::tests::says;

BOOST_AUTO_TEST_SUITE(toy)

namespace {

const double nan = std::numeric_limits<double>::quiet_NaN();
const double inf = std::numeric_limits<double>::infinity();

void check_refusal(const toy_options& options, const std::string& message) {
    BOOST_CHECK_EXCEPTION(options.validate(), input_error, says(message));
    BOOST_CHECK_EXCEPTION((void)toy_moments(options), input_error, says(message));
}

}  // namespace

BOOST_AUTO_TEST_CASE(defaults_are_two_uncorrelated_inputs_of_ratio_two) {
    const auto m = toy_moments({});
    BOOST_TEST(m.names() == std::vector<std::string>({"A", "B"}));
    BOOST_TEST(m.dims() == std::vector<int>({1, 1}));
    BOOST_TEST((m.covariance() == Eigen::Vector2d(4, 1).asDiagonal().toDenseMatrix()));
    BOOST_TEST((m.correlation() == Eigen::Vector2d(4, 1)));
    BOOST_TEST(m.target_power() == 5);
}

BOOST_AUTO_TEST_CASE(moments_follow_the_formula) {
    // kappa = 2, rho = 1/2, w = (3, -1), noise 2, by hand; exact in binary.
    const auto m = toy_moments({.rho = 0.5, .ratio = 2, .target_weights = {3, -1}, .noise = 2});
    Eigen::Matrix2d covariance;
    covariance << 4, 1, 1, 1;
    BOOST_TEST((m.covariance() == covariance));
    BOOST_TEST((m.correlation() == Eigen::Vector2d(11, 2)));
    BOOST_TEST(m.target_power() == 35);  // 31 explained and 4 noise
}

BOOST_AUTO_TEST_CASE(moments_are_those_of_drawn_data) {
    const toy_options options{.rho = -0.6, .ratio = 1.5, .target_weights = {1, 2}, .noise = 0.5};
    const auto m = toy_moments(options);
    constexpr int samples = 100000;
    random_source random(2);
    Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
    for (int i = 0; i < samples; ++i) {
        const double b = random.normal();
        const double independent = std::sqrt(1 - options.rho * options.rho) * random.normal();
        const double a = options.ratio * (options.rho * b + independent);
        const double y = a + 2 * b + options.noise * random.normal();
        const Eigen::Vector3d z(a, b, y);
        sum += z * z.transpose();
    }
    Eigen::Matrix3d expected;
    expected << m.covariance(), m.correlation(), m.correlation().transpose(), m.target_power();
    // Jointly normal: var(z_i z_j) = C_ii C_jj + C_ij^2; four standard errors, seed fixed.
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) {
            const double c = expected(i, j);
            const double variance = expected(i, i) * expected(j, j) + c * c;
            BOOST_TEST(std::abs(sum(i, j) / samples - c) < 4 * std::sqrt(variance / samples));
        }
    }
}

BOOST_AUTO_TEST_CASE(accepts_the_edges_of_its_ranges) {
    BOOST_TEST(toy_moments({.rho = std::nextafter(1.0, 0.0)}).count() == 2);
    BOOST_TEST(toy_moments({.rho = std::nextafter(-1.0, 0.0), .ratio = 1}).count() == 2);
    BOOST_TEST(toy_moments({.target_weights = {0, 0}}).target_power() == 0);
    for (const double ratio : {1e-50, 1e-9, 1e9, 1e50}) {
        for (const double weight : {1e-50, 1.0, 1e50}) {
            const auto m =
                toy_moments({.ratio = ratio, .target_weights = {weight, 1e50}, .noise = 1e50});
            BOOST_TEST(m.covariance()(0, 0) == ratio * ratio);
        }
    }
}

BOOST_AUTO_TEST_CASE(rejects_correlation_outside_unit_interval) {
    check_refusal({.rho = 1.5}, "rho: need -1 < rho < 1, got 1.5");
    check_refusal({.rho = 1}, "rho: need -1 < rho < 1, got 1");
    check_refusal({.rho = -1}, "rho: need -1 < rho < 1, got -1");
    check_refusal({.rho = nan}, "rho: need -1 < rho < 1, got nan");
}

BOOST_AUTO_TEST_CASE(rejects_ratios_that_are_none) {
    check_refusal({.ratio = -1}, "ratio: need ratio > 0, got -1");
    check_refusal({.ratio = 0}, "ratio: need ratio > 0, got 0");
    check_refusal({.ratio = nan}, "ratio: need ratio > 0, got nan");
    check_refusal({.ratio = inf}, "ratio: need ratio <= 1e50, got inf");
    check_refusal({.ratio = 1e200}, "ratio: need ratio <= 1e50, got 1e+200");
    check_refusal({.ratio = 1e-200}, "ratio: need ratio >= 1e-50, got 1e-200");
}

BOOST_AUTO_TEST_CASE(rejects_weights_and_noise_that_are_no_sizes) {
    check_refusal({.target_weights = {1, inf}}, "target-weights: need finite numbers, got inf");
    check_refusal({.target_weights = {nan, 1}}, "target-weights: need finite numbers, got nan");
    check_refusal({.target_weights = {1, -1e60}},
                  "target-weights: need numbers within +-1e50, got -1e+60");
    check_refusal({.noise = -1}, "noise: need noise >= 0, got -1");
    check_refusal({.noise = nan}, "noise: need noise >= 0, got nan");
    check_refusal({.noise = inf}, "noise: need noise <= 1e50, got inf");
}

BOOST_AUTO_TEST_CASE(errors_carry_field_and_rule) {
    try {
        toy_options{.rho = 2}.validate();
        BOOST_FAIL("rho = 2 was accepted");
    } catch (const input_error& e) {
        BOOST_TEST(e.field() == "rho");
        BOOST_TEST(e.rule() == "need -1 < rho < 1, got 2");
    }
}

BOOST_AUTO_TEST_SUITE_END()
