#include "fusionflow/theory/prediction/predict.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/fixed_points.hpp"
#include "tests/support/models.hpp"
#include "tests/support/units.hpp"

using namespace fusionflow;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(predict)

namespace {

bool mentions(const std::vector<std::string>& warnings, const std::string& words) {
    return std::any_of(warnings.begin(), warnings.end(), [&](const std::string& warning) {
        return warning.find(words) != std::string::npos;
    });
}

}  // namespace

BOOST_AUTO_TEST_CASE(misattribution_of_the_toy_data_is_rho_over_kappa) {
    for (const double rho : {-0.5, 0.0, 0.7}) {
        const auto p =
            theory::predict(tests::toy(rho, 2), architecture::fused(4, 3, 2), {.u0 = 0.01}, {});
        BOOST_TEST(std::abs(p.misattribution[0](0) - rho / 2) < 1e-14);
        BOOST_TEST(std::abs(p.misattribution[1](0)) < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(early_fusion_misattributes_nothing) {
    const auto p =
        theory::predict(tests::toy(0.7, 2), architecture::fused(4, 1, 2), {.u0 = 0.01}, {});
    BOOST_TEST(std::abs(p.misattribution[0](0)) < 1e-14);
    BOOST_TEST(!p.superficial_preference);
}

BOOST_AUTO_TEST_CASE(says_when_the_initial_scale_is_large_for_the_theory) {
    const auto arch = architecture::fused(2, 2, 2);
    BOOST_TEST(mentions(theory::predict(tests::toy(0, 2), arch, {.u0 = 0.3}, {}).warnings,
                        "init: 0.3 is large for the leading order"));
    BOOST_TEST(
        !mentions(theory::predict(tests::toy(0, 2), arch, {.u0 = 1e-9}, {}).warnings, "init:"));
}

BOOST_AUTO_TEST_CASE(says_that_a_covariance_is_singular) {
    Eigen::Matrix3d covariance;
    covariance << 1, 1, 0, 1, 1, 0, 0, 0, 1;
    const data::moments moments({"A", "B"}, {2, 1}, covariance, Eigen::Vector3d(1, 1, 0.5), 2);
    const auto p = theory::predict(moments, architecture::fused(2, 2, 2), {}, {});
    BOOST_TEST(mentions(p.warnings, "singular covariance: rank 2 of 3"));
}

BOOST_AUTO_TEST_CASE(knows_superficial_preference_and_permanent_bias) {
    const auto arch = architecture::fused(2, 2, 2);
    const auto superficial =
        theory::predict(data::toy_moments({.ratio = 3, .target_weights = {1, 4}}), arch, {}, {});
    BOOST_TEST(superficial.superficial_preference);
    BOOST_TEST(!superficial.permanent_bias);
    const auto biased = theory::predict(
        data::toy_moments({.rho = 0.5, .ratio = 2, .target_weights = {1, 0}}), arch, {}, {});
    BOOST_TEST(biased.permanent_bias);
    BOOST_TEST(std::isinf(biased.refined->times[1]));
}

// What data say by themselves does not depend on units: one for each modality, one for the target.
BOOST_AUTO_TEST_CASE(statistics_are_the_same_in_all_units) {
    data::random_source random(2);
    const auto close = [](double a, double b) { return std::abs(a - b) < 1e-10; };
    for (unsigned seed = 1; seed <= 40; ++seed) {
        const auto plain = tests::random_moments({1, 2, 2}, seed);
        const Eigen::VectorXd units = tests::powers_of_ten(3, random);
        const double target = tests::powers_of_ten(1, random)(0);
        const auto scaled = tests::in_units(plain, units, target);
        const auto a = theory::attribute(plain);
        const auto b = theory::attribute(scaled);
        double sum = 0;
        for (std::size_t m = 0; m < 3; ++m) {
            BOOST_TEST(close(a.alone[m], b.alone[m]));
            BOOST_TEST(close(a.conditional_gain[m], b.conditional_gain[m]));
            BOOST_TEST(close(a.shapley[m], b.shapley[m]));
            sum += b.shapley[m];
        }
        BOOST_TEST(close(sum, b.total));
        const auto arch = architecture::fused(3, 3, 3);
        const auto points = theory::fixed_points(plain, arch);
        const auto scaled_points = theory::fixed_points(scaled, arch);
        for (std::size_t i = 0; i < points.size(); ++i) {
            BOOST_TEST(points[i].rank == scaled_points[i].rank);
            BOOST_TEST(close(points[i].loss / plain.target_power(),
                             scaled_points[i].loss / scaled.target_power()));
        }
    }
}

// One factor for all inputs keeps who is first, what is misattributed and the warnings, if initial
// layers go with W: by (target / input)^(1/L).
BOOST_AUTO_TEST_CASE(a_common_unit_changes_the_unit_of_the_answer) {
    for (const double input : {1e-12, 1e-3, 1e5, 1e12}) {
        for (const double target : {1e-6, 1.0, 1e9}) {
            const auto plain = tests::random_moments({1, 2, 2}, 6);
            const auto scaled = tests::in_units(plain, Eigen::Vector3d::Constant(input), target);
            const auto arch = architecture::fused(2, 2, 3);
            const double u0 = 1e-12;
            const double layer = std::sqrt(target / input);
            const auto a = theory::predict(plain, arch, {.u0 = u0}, {});
            const auto b = theory::predict(scaled, arch, {.u0 = u0 * layer}, {});
            BOOST_REQUIRE((a.leading.ended == theory::outcome::learned));
            for (std::size_t m = 0; m < 3; ++m) {
                // Two-layer times are those of the refined formula, in units of 1 / |s|.
                BOOST_TEST(tests::relative(b.refined->times[m] * input * target,
                                           a.refined->times[m]) < 1e-9);
                BOOST_TEST((b.misattribution[m] * (input / target) - a.misattribution[m]).norm() <=
                           1e-9 * a.misattribution[m].norm() + 1e-12);
            }
            BOOST_TEST(a.superficial_preference == b.superficial_preference);
            BOOST_TEST(a.refined->order() == b.refined->order());
            BOOST_TEST(!mentions(b.warnings, "singular"));
        }
    }
}

BOOST_AUTO_TEST_CASE(permanent_bias_and_sharing_are_seen_in_all_units) {
    data::random_source random(4);
    const auto plain = data::toy_moments({.rho = 0.5, .ratio = 2, .target_weights = {1, 0}});
    for (int trial = 0; trial < 20; ++trial) {
        const auto scaled = tests::in_units(plain, tests::powers_of_ten(2, random), 1);
        BOOST_TEST(theory::nothing_left(scaled, theory::solve_partial(scaled, {0}), 1));
    }
}

BOOST_AUTO_TEST_CASE(works_without_lists_of_subsets_for_many_modalities) {
    const auto moments = tests::random_moments(std::vector<int>(13, 1), 3);
    const auto p = theory::predict(moments, architecture::fused(3, 3, 13), {}, {});
    BOOST_TEST(p.fixed_points.empty());
    BOOST_TEST(!p.shares.has_value());
    BOOST_TEST(mentions(p.warnings, "at most 12 modalities"));
}

BOOST_AUTO_TEST_CASE(refuses_learning_rates_that_are_none) {
    BOOST_CHECK_EXCEPTION((void)theory::predict(tests::toy(0, 2), architecture::fused(2, 2, 2), {},
                                                {.learning_rate = -1}),
                          data::input_error, [](const data::input_error& e) {
                              return std::string(e.what()) ==
                                     "learning-rate: need finite eta > 0, got -1";
                          });
}

BOOST_AUTO_TEST_SUITE_END()
