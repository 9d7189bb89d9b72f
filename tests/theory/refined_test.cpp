#include "fusionflow/theory/finite/refined.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "tests/support/models.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::relative;
using theory::architecture;
namespace scheme = fusionflow::tests::scheme;

// The comparison with the exact flow is in tests/solver/two_layer_flow_test.cpp: theory cannot see
// it.
BOOST_AUTO_TEST_SUITE(refined)

namespace {

const theory::initialisation small_iid{.u0 = 1e-9, .drawn = scheme::gaussian_iid, .width = 100};

theory::learning refined(const data::moments& moments, const theory::initialisation& init,
                         std::optional<double> learning_rate = std::nullopt) {
    return theory::refined_two_layer(moments, architecture::fused(2, 2, moments.count()),
                                     theory::expected_grams(moments, init), learning_rate)
        .value();
}

}  // namespace

BOOST_AUTO_TEST_CASE(first_time_is_that_of_logistic_growth) {
    // Uncorrelated: W_A = 1, s_A = kappa^2, P_0 = H sigma^2 / 2 = 5e-17. Rounding only.
    const auto answer = refined(tests::toy(0, 3), small_iid);
    BOOST_TEST(relative(answer.times[0], std::log(1 / 5e-17 - 1) / (2 * 9)) < 1e-14);
    BOOST_TEST(relative(answer.times[1], std::log(1 / 5e-17 - 1) / 2) < 1e-13);
}

// The Gram matrices of these weights, 1e-400, are no numbers; their logarithms are.
BOOST_AUTO_TEST_CASE(weights_whose_squares_vanish_have_times_like_others) {
    const auto at = [](double u0) {
        return theory::refined_two_layer(tests::toy(0.5, 2), architecture::fused(2, 2, 2),
                                         theory::initialisation{.u0 = u0})
            .value();
    };
    // P_0 = u0^2 of balanced weights, W_A = 1 + rho/kappa, s_A = kappa^2 + rho kappa.
    const double log_p = 2 * std::log(1e-200);
    BOOST_TEST(relative(at(1e-200).times[0], (std::log(1.25) - log_p) / (2 * 5)) < 1e-14);
    // The time of B is linear in ln u0 as well.
    const double step = at(1e-50).times[1] - at(1e-40).times[1];
    BOOST_TEST(relative(at(1e-200).times[1] - at(1e-190).times[1], step) < 1e-11);
}

BOOST_AUTO_TEST_CASE(second_time_undoes_what_phase_one_did_to_it) {
    // The plain formula plus the lag, both written out for scalars (docs/theory.md#refined, #lag):
    // lag = beta^2/(2 E_B) [ln 2 + ln(1 - beta W_B/(2 W_A))] / (W_A/W_B - beta), W_B = 1.
    for (const double rho : {-0.9, -0.3, 0.6}) {
        const double kappa = 3;
        const auto answer = refined(tests::toy(rho, kappa), small_iid);
        const double s_a = kappa * kappa + rho * kappa;
        const double s_b = 1 + rho * kappa;
        const double w_a = 1 + rho / kappa;
        const double e_b = 1 - rho * rho;
        const double beta = rho / kappa;
        const double t_a = std::log(w_a / 5e-17 - 1) / (2 * s_a);
        const double lag = beta * beta / (2 * e_b) *
                           (std::log(2.0) + std::log(1 - beta / (2 * w_a))) / (w_a - beta);
        const double plain = t_a + (std::log(1 / 5e-17 - 1) - 2 * s_b * t_a) / (2 * e_b);
        BOOST_TEST(relative(answer.times[0], t_a) < 1e-13);
        // P_B also holds the part that fell in phase one when E_B has the sign of s_B (or rose when
        // not): exp(-4 |s_B| t_a) of it, and 1e-10 for the quadrature of the lag.
        BOOST_TEST(relative(answer.times[1], plain + lag) < 1e-10);
    }
}

BOOST_AUTO_TEST_CASE(gradient_descent_grows_by_powers) {
    // kappa = 3, rho = 0, eta = 0.02: 2.085 becomes 2.268 (docs/theory.md#discrete-steps).
    const auto moments = tests::toy(0, 3);
    const auto flow = refined(moments, small_iid);
    const auto descent = refined(moments, small_iid, 0.02);
    BOOST_TEST(relative(descent.times[0] / flow.times[0], 9 * 0.02 / std::log(1 + 9 * 0.02)) <
               1e-13);
    BOOST_TEST(std::abs(flow.times[0] - 2.085) < 5e-4);
    BOOST_TEST(std::abs(descent.times[0] - 2.268) < 5e-4);
    // Vanishing steps are the flow: ln(1 + eta r)/eta = r - eta r^2/2.
    BOOST_TEST(relative(refined(moments, small_iid, 1e-8).times[0], flow.times[0]) < 1e-7);
}

BOOST_AUTO_TEST_CASE(a_turn_of_the_residual_costs_its_direction_factor) {
    // B has two dimensions: s_B = (3, 0) while A (uncorrelated with B's second input) is learned,
    // and E_B = (1.5, 1.5) after: 45 degrees, factor ((1 + cos 45)/2)^2 on P (balanced start).
    Eigen::MatrixXd covariance(3, 3);
    covariance << 4, 1.2, -1.2, 1.2, 2, 0, -1.2, 0, 2;
    const Eigen::VectorXd correlation = Eigen::Vector3d(5, 3, 0);
    const data::moments moments({"A", "B"}, {1, 2}, covariance, correlation, 20);
    const auto answer = refined(moments, {.u0 = 1e-6});
    const double t_a = std::log(1.25 / 1e-12 - 1) / 10;
    BOOST_TEST(relative(answer.times[0], t_a) < 1e-13);

    const auto after_a = theory::solve_partial(moments, {0});
    const Eigen::Vector2d e_b = after_a.residual.tail(2);
    BOOST_TEST((e_b - Eigen::Vector2d(1.5, 1.5)).norm() < 1e-14);
    const double height = theory::solve_partial(moments, {0, 1}).weights.tail(2).norm();
    const double factor = std::pow((1 + std::sqrt(0.5)) / 2, 2);
    const double p_b = 1e-12 * factor * std::exp(2 * 3 * t_a);
    const double without_lag = t_a + std::log(height / p_b - 1) / (2 * e_b.norm());
    // The lag of A only delays, and by less than a time of order 1/(2 |E_B|).
    BOOST_TEST(answer.times[1] > without_lag - 1e-12);
    BOOST_TEST(answer.times[1] < without_lag + 0.5 / e_b.norm());
}

BOOST_AUTO_TEST_CASE(balanced_weights_never_turn) {
    const auto answer = refined(tests::toy(-0.9, 3), {.u0 = 1e-6});
    BOOST_TEST((answer.ended == theory::outcome::sign_reversal));
    BOOST_TEST(answer.times[1] == theory::never);
}

// B alone would reach 1 + rho kappa = 2.2, half of which it begins above. With B learned A goes to
// 1 and begins above half of that, though not above half of the 1 + rho/kappa = 1.3 that it would
// reach alone: it is found second, and comes first in the answer.
BOOST_AUTO_TEST_CASE(levels_stay_with_their_modalities_whoever_is_found_first) {
    const auto answer =
        theory::refined_two_layer(
            tests::toy(0.6, 2), architecture::fused(2, 2, 2),
            theory::initialisation{.branch_norms = {std::sqrt(0.6), std::sqrt(1.2)}})
            .value();
    BOOST_TEST(answer.above == (data::modality_set{0, 1}), boost::test_tools::per_element());
    BOOST_TEST_REQUIRE(answer.warnings.size() == 2U);
    BOOST_TEST(answer.warnings[0].starts_with("A "));
    BOOST_TEST(answer.warnings[0].find("above 0.5,") != std::string::npos, answer.warnings[0]);
    BOOST_TEST(answer.warnings[1].find("above 1.1,") != std::string::npos, answer.warnings[1]);
}

BOOST_AUTO_TEST_CASE(what_begins_above_half_of_its_height_has_no_time) {
    // |W_A| begins at 4, above half of 1, and |W_B| at 1e-6, below half of 1.
    const auto answer = refined(tests::toy(0, 2), {.u0 = 1, .branch_norms = {2, 1e-3}});
    BOOST_TEST(std::isnan(answer.times[0]));
    BOOST_TEST(answer.times[1] > 0);
    BOOST_TEST(std::isnan(answer.time_ratio()));
    BOOST_TEST(answer.above == data::modality_set{0}, boost::test_tools::per_element());
    BOOST_TEST(answer.warnings.size() == 1U);
}

BOOST_AUTO_TEST_CASE(exists_for_two_layer_late_fusion_only) {
    const auto moments = tests::toy(0, 2);
    const auto grams = theory::expected_grams(moments, {});
    BOOST_TEST(
        !theory::refined_two_layer(moments, architecture::fused(3, 3, 2), grams).has_value());
    BOOST_TEST(
        !theory::refined_two_layer(moments, architecture::fused(2, 1, 2), grams).has_value());
}

BOOST_AUTO_TEST_CASE(refuses_learning_rates_that_are_none) {
    const auto moments = tests::toy(0, 2);
    const auto grams = theory::expected_grams(moments, {});
    BOOST_CHECK_EXCEPTION(
        (void)theory::refined_two_layer(moments, architecture::fused(2, 2, 2), grams, 0.0),
        data::input_error, [](const data::input_error& e) {
            return std::string(e.what()) == "learning-rate: need finite eta > 0, got 0";
        });
}

BOOST_AUTO_TEST_SUITE_END()
