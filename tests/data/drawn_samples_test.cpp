#include "fusionflow/data/drawn_samples.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(drawn_samples)

BOOST_AUTO_TEST_CASE(toy_samples_tend_to_the_toy_moments) {
    const data::toy_options options{
        .rho = -0.4, .ratio = 1.5, .target_weights = {2, -1}, .noise = 0.3};
    const auto exact = data::toy_moments(options);
    for (const bool symmetrised : {false, true}) {
        const auto sampled = data::draw_toy_samples(options, 200'000, 3, symmetrised);
        const auto& m = sampled.input_moments();
        // Second moments of 1e5 independent samples: standard error of about 0.3 % of their size
        // (up to 9 here); four of them.
        BOOST_TEST((m.covariance() - exact.covariance()).cwiseAbs().maxCoeff() < 0.04);
        BOOST_TEST((m.correlation() - exact.correlation()).cwiseAbs().maxCoeff() < 0.1);
        BOOST_TEST(std::abs(m.target_power() - exact.target_power()) < 0.15);
    }
}

BOOST_AUTO_TEST_CASE(symmetrised_samples_come_with_their_mirror_images) {
    const auto s = data::draw_toy_samples({.noise = 1}, 10, 1, true);
    BOOST_TEST((s.inputs().topRows(5) == -s.inputs().bottomRows(5)));
    BOOST_TEST((s.targets().topRows(5) == -s.targets().bottomRows(5)));
}

BOOST_AUTO_TEST_CASE(the_seed_alone_decides_the_digits) {
    const auto drawn = [](std::uint64_t seed) {
        return data::draw_toy_samples({}, 5, seed, false).inputs();
    };
    BOOST_TEST((drawn(1) == drawn(1)));
    BOOST_TEST((drawn(1) != drawn(2)));
}

BOOST_AUTO_TEST_CASE(the_xor_design_is_balanced) {
    const auto s = data::draw_xor_samples(80, 2.5, 1);
    const auto& m = s.input_moments();
    Eigen::Matrix3d covariance = Eigen::Matrix3d::Identity();
    covariance(2, 2) = 2.5;
    // Rounding of 80 samples.
    BOOST_TEST((m.covariance() - covariance).norm() < 1e-14);
    BOOST_TEST((m.correlation() - Eigen::Vector3d(0, 0, 2.5)).norm() < 1e-14);
    BOOST_TEST(std::abs(m.target_power() - 3.5) < 1e-14);
    BOOST_TEST((s.feature_moments().correlation() - Eigen::Vector2d(1, 2.5)).norm() < 1e-14);
    for (Eigen::Index n = 0; n < s.count(); ++n) {
        const bool differ = s.inputs()(n, 0) != s.inputs()(n, 1);
        BOOST_TEST(s.features()(n, 0) == (differ ? 1 : -1));
        BOOST_TEST(s.targets()(n) == s.features()(n, 0) + s.inputs()(n, 2));
    }
}

BOOST_AUTO_TEST_CASE(refuses_numbers_of_samples_that_do_not_fit) {
    BOOST_CHECK_EXCEPTION((void)data::draw_toy_samples({}, 0, 1, false), data::input_error,
                          says("samples: need 1 ... 10000000, got 0"));
    BOOST_CHECK_EXCEPTION((void)data::draw_toy_samples({}, 7, 1, true), data::input_error,
                          says("samples: need a multiple of 2, got 7"));
    BOOST_CHECK_EXCEPTION((void)data::draw_xor_samples(12, 1, 1), data::input_error,
                          says("samples: need a multiple of 8, got 12"));
    BOOST_CHECK_EXCEPTION((void)data::draw_xor_samples(16, 0, 1), data::input_error,
                          says("variance: need finite v > 0, got 0"));
    BOOST_CHECK_EXCEPTION((void)data::draw_toy_samples({.rho = 2}, 8, 1, false), data::input_error,
                          says("rho: need -1 < rho < 1, got 2"));
}

BOOST_AUTO_TEST_SUITE_END()
