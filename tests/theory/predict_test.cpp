#include "theory/predict.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "data/error.hpp"
#include "tests/support/models.hpp"

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
