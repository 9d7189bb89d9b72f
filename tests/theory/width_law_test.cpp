#include "fusionflow/theory/finite/width_law.hpp"

#include <boost/math/special_functions/ellint_1.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/finite/refined.hpp"
#include "fusionflow/theory/race/small_layers.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::gaussian;
using tests::relative;
using tests::says;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(width_law)

namespace {

std::vector<double> late(const data::moments& moments, int depth, double u0, std::int64_t width) {
    return theory::width_law(moments, architecture::fused(depth, depth, moments.count()),
                             gaussian(u0, width))
        .answer.times;
}

}  // namespace

BOOST_AUTO_TEST_CASE(three_layers_take_pi_over_two_s_u0_at_any_width) {
    for (const std::int64_t width : {100L, 1'000'000L}) {
        const double time = late(tests::toy(0.5, 2), 3, 0.02, width)[0];
        BOOST_TEST(relative(time, std::numbers::pi / (2 * 5 * 0.02)) < 1e-12);
    }
    // Three inputs: a first layer of columns u0/sqrt(3).
    const auto moments = tests::random_moments({3}, 2);
    const double integral = boost::math::ellint_1(std::sqrt(1 - 1.0 / 3)) / 0.02;
    BOOST_TEST(relative(late(moments, 3, 0.02, 100)[0], integral / moments.correlation().norm()) <
               1e-12);
}

BOOST_AUTO_TEST_CASE(four_layers_take_the_logarithm_of_the_width) {
    for (const double u0 : {0.2, 0.05, 0.001}) {
        for (const std::int64_t width : {100L, 10'000L, 1'000'000L, 1'000'000'000L}) {
            const double law = std::log1p(2.0 * static_cast<double>(width)) / (2 * 5 * u0 * u0);
            // The starts differ by 1/H of a layer's square, so the logarithms do.
            BOOST_TEST(relative(late(tests::toy(0.5, 2), 4, u0, width)[0], law) <
                       1.0 / static_cast<double>(width));
        }
    }
}

BOOST_AUTO_TEST_CASE(more_layers_take_powers_of_the_width) {
    for (const int depth : {5, 6, 7}) {
        const std::vector<double> ones(static_cast<std::size_t>(depth - 2), 1.0);
        const double constant = theory::blow_up_time(ones).time;
        const auto scaled = [&](std::int64_t width) {
            const double eps = 0.1 / std::sqrt(static_cast<double>(width));
            return late(tests::toy(0.5, 2), depth, 0.1, width)[0] * 5 * 0.01 *
                   std::pow(eps, depth - 4);
        };
        // The growth of the outer layers takes off a part of order eps/u0.
        BOOST_TEST(relative(scaled(1'000'000'000'000), constant) < 1e-5);
        BOOST_TEST(relative(scaled(1'000'000), constant) < 2e-3);
    }
}

BOOST_AUTO_TEST_CASE(late_fusion_keeps_the_ratio_of_the_formula_whatever_the_depth_and_the_sign) {
    for (const int depth : {3, 4, 5, 6}) {
        const auto plain = late(tests::toy(0.5, 2), depth, 0.1, 10'000);
        BOOST_TEST(relative(plain[1] / plain[0], 5) < 1e-12);
        // kappa = 3, rho = -0.9: s_B = -1.7 turns into E_B = 0.19.
        const auto turned = late(tests::toy(-0.9, 3), depth, 0.1, 10'000);
        const double s_a = 9 - 2.7;
        BOOST_TEST(relative(turned[1] / turned[0], 1 + (s_a + 1.7) / 0.19) < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(two_layers_are_left_to_the_refined_times) {
    const auto moments = tests::toy(0.3, 2);
    const auto arch = architecture::fused(2, 2, 2);
    const auto init = gaussian(1e-4, 100);
    const auto refined = theory::refined_two_layer(moments, arch, init);
    BOOST_TEST(theory::width_law(moments, arch, init).answer.times == refined->times);
}

BOOST_AUTO_TEST_CASE(early_fusion_is_one_chain_driven_by_all) {
    const auto moments = tests::three_scalars();
    const auto law =
        theory::width_law(moments, architecture::fused(4, 1, 3), gaussian(0.01, 1'000'000)).answer;
    BOOST_TEST(law.times[0] == law.times[2]);
    // A first layer of u0, a last one of sqrt(3) u0, eps = sqrt(3) u0/sqrt(H): phi by partial
    // fractions of 1/(Y (Y + a) (Y + b)) would be exact; its leading logarithm is within 1 / ln H.
    const double leading = std::log(2e6) / (2 * std::sqrt(3.0) * 1e-4);
    BOOST_TEST(relative(law.times[0] * moments.correlation().norm(), leading) < 0.1);
}

BOOST_AUTO_TEST_CASE(equal_modalities_are_learned_together) {
    const data::moments moments({"A", "B"}, {1, 1}, Eigen::Matrix2d::Identity(),
                                Eigen::Vector2d(1, 1), 2);
    for (const int fusion : {2, 3, 4}) {
        const auto law =
            theory::width_law(moments, architecture::fused(4, fusion, 2), gaussian(0.1, 10'000));
        BOOST_TEST(law.answer.times[0] == law.answer.times[1]);
        BOOST_TEST(law.answer.phases.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(what_leaves_nothing_is_never_learned) {
    Eigen::Matrix2d covariance;
    covariance << 4, 2, 2, 1;  // B is half of A
    const data::moments moments({"A", "B"}, {1, 1}, covariance, Eigen::Vector2d(4, 2), 5);
    const auto law =
        theory::width_law(moments, architecture::fused(4, 3, 2), gaussian(0.1, 10'000)).answer;
    BOOST_TEST(std::isinf(law.times[1]));
    BOOST_TEST((law.ended == theory::outcome::permanent_bias));
}

BOOST_AUTO_TEST_CASE(says_where_it_has_nothing_to_say) {
    const auto moments = tests::toy(0.5, 2);
    BOOST_TEST(theory::width_law(moments, {{4, 4}, 0}, {}).missing ==
               "the law is that of gaussian networks");
    BOOST_TEST(theory::width_law(moments, {{1, 1}, 0}, gaussian(0.1, 100)).missing ==
               "paths of one layer have no plateau");
    BOOST_TEST(theory::width_law(moments, {{1, 2}, 1}, gaussian(0.1, 100)).missing ==
               "branches of one layer beside longer ones");
    BOOST_TEST(!theory::width_law(moments, {{3, 3}, 2}, gaussian(0.1, 100)).missing.empty());
    // A residual that turns, with one small layer: unknown, and said so.
    const auto vectors = tests::random_moments({3, 3}, 4);
    const auto turned = theory::width_law(vectors, {{3, 3}, 0}, gaussian(0.01, 100)).answer;
    BOOST_TEST(std::isnan(turned.times[0]) != std::isnan(turned.times[1]));
    BOOST_TEST(turned.warnings.size() == 1U);
    BOOST_CHECK_EXCEPTION((void)theory::width_law(moments, {{4, 4}, 0}, gaussian(0.1, 0)),
                          data::input_error, says("width: need 1 <= H <= 1e12, got 0"));
}

BOOST_AUTO_TEST_SUITE_END()
