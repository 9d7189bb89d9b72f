#include "fusionflow/theory/race/weight_decay.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/prediction/predict.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(weight_decay)

BOOST_AUTO_TEST_CASE(without_decay_it_is_least_squares) {
    const auto moments = tests::random_moments({2, 3}, 4);
    const auto plain = theory::solve_partial(moments, {0, 1});
    const auto same = theory::solve_partial(moments, {0, 1}, architecture::fused(3, 2, 2), 0);
    BOOST_TEST((plain.weights == same.weights));
}

// A scalar alone in two layers: E = lambda, so W = (|s| - lambda) / sigma^2, and zero from there
// on.
BOOST_AUTO_TEST_CASE(two_layers_shrink_a_scalar_by_lambda) {
    const auto moments = tests::toy(0, 2);  // s_A = 4, sigma_A^2 = 4
    const auto late = architecture::fused(2, 2, 2);
    for (const double lambda : {0.1, 1.0, 3.9}) {
        const auto found = theory::solve_partial(moments, {0}, late, lambda);
        // Rounds stop at a change of 1e-13 and shrink by lambda / s each.
        BOOST_TEST(std::abs(found.weights(0) - (4 - lambda) / 4) < 1e-11);
    }
    BOOST_TEST(theory::solve_partial(moments, {0}, late, 4.1).weights(0) == 0);
}

// Whatever the network: at rest E_m = k_m W_m.
BOOST_AUTO_TEST_CASE(residual_and_pull_balance_at_rest) {
    const auto moments = tests::random_moments({2, 3}, 4);
    for (const auto& arch : {architecture::fused(2, 2, 2), architecture::fused(4, 2, 2),
                             architecture::fused(3, 1, 2), architecture({1, 3}, 2)}) {
        const auto found = theory::solve_partial(moments, {0, 1}, arch, 0.02);
        Eigen::VectorXd norms(2);
        norms << moments.part(found.weights, 0).norm(), moments.part(found.weights, 1).norm();
        BOOST_REQUIRE(norms.minCoeff() > 0);
        const Eigen::VectorXd pulls = theory::decay_pulls(arch, norms, 0.02);
        Eigen::VectorXd left = moments.correlation() - moments.covariance() * found.weights;
        for (int m = 0; m < 2; ++m) {
            left.segment(moments.offset(m), moments.dim(m)) -=
                pulls(m) * moments.part(found.weights, m);
        }
        BOOST_TEST(left.norm() < 1e-11 * moments.correlation().norm());
    }
}

BOOST_AUTO_TEST_CASE(a_weak_modality_of_the_set_is_held_at_zero) {
    // s_A = 4, s_B = 1, uncorrelated: B is alone with lambda = 1.5.
    const auto found =
        theory::solve_partial(tests::toy(0, 2), {0, 1}, architecture::fused(2, 2, 2), 1.5);
    BOOST_TEST(found.weights(1) == 0);
    BOOST_TEST(std::abs(found.weights(0) - 2.5 / 4) < 1e-11);
}

// Rates r - lambda: uncorrelated scalars of two layers from the norm u0 are learned after
// ln(1/u0) / (s_m - lambda).
BOOST_AUTO_TEST_CASE(two_layer_rates_become_r_minus_lambda) {
    const auto moments = tests::toy(0, 2);
    const auto raced = theory::race(moments, architecture::fused(2, 2, 2), {.u0 = 1e-6}, 0.25);
    const double clock = std::log(1e6);
    BOOST_TEST(std::abs(raced.answer.times[0] / (clock / 3.75) - 1) < 1e-12);
    BOOST_TEST(std::abs(raced.answer.times[1] / (clock / 0.75) - 1) < 1e-12);
}

BOOST_AUTO_TEST_CASE(below_lambda_a_waiting_modality_is_never_learned) {
    const auto moments = tests::toy(0.3, 2);
    // E~_B = s_B - W_A Sigma_AB with W_A = (s_A - lambda) / sigma_A^2, by hand.
    const auto left = [](double lambda) { return 1.6 - (4.6 - lambda) / 4 * 0.6; };
    const auto late = architecture::fused(2, 2, 2);
    for (const double lambda : {0.9, 1.2}) {
        const auto p = theory::predict(moments, late, {.u0 = 1e-6}, {{}, lambda});
        const bool learned = left(lambda) > lambda;
        BOOST_TEST(learned == (lambda < 1));
        BOOST_TEST(std::isfinite(p.leading.times[1]) == learned);
        BOOST_TEST(
            (p.leading.ended == (learned ? theory::outcome::learned : theory::outcome::decayed)));
        BOOST_TEST(!p.refined.has_value());
    }
}

BOOST_AUTO_TEST_CASE(is_refused_where_no_formula_knows_it) {
    const auto moments = tests::toy(0, 2);
    BOOST_CHECK_EXCEPTION(
        (void)theory::race(moments, architecture::fused(3, 2, 2), {}, 0.1), data::input_error,
        tests::says("weight-decay: the formulas know it for two-layer late fusion only (--depth 2 "
                    "--fusion 2); simulate knows it for every network"));
    BOOST_CHECK_EXCEPTION((void)theory::race(moments, architecture::fused(2, 2, 2), {}, -1),
                          data::input_error,
                          tests::says("weight-decay: need finite lambda >= 0, got -1"));
}

BOOST_AUTO_TEST_SUITE_END()
