#include "theory/partial_solution.hpp"

#include <Eigen/LU>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/models.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(partial_solution)

BOOST_AUTO_TEST_CASE(toy_data_has_the_unimodal_solution_of_the_paper) {
    // rho = 0.5, kappa = 2: s = (5, 2), W_A = 5/4, E_B = 2 - 5/4 * 1 = 0.75. Exact in binary but
    // for the eigendecomposition, good to a few 1e-16.
    const auto a = theory::solve_partial(tests::toy(0.5, 2), {0});
    BOOST_TEST(std::abs(a.weights(0) - 1.25) < 1e-14);
    BOOST_TEST(a.weights(1) == 0);
    BOOST_TEST(a.residual(0) == 0);
    BOOST_TEST(std::abs(a.residual(1) - 0.75) < 1e-14);
    BOOST_TEST(std::abs(a.loss - (7 - 6.25) / 2) < 1e-14);
    BOOST_TEST(a.rank == 1);
}

BOOST_AUTO_TEST_CASE(nothing_learned_leaves_everything) {
    const auto moments = tests::random_moments({3, 2}, 5);
    const auto none = theory::solve_partial(moments, {});
    BOOST_TEST(none.weights.norm() == 0);
    BOOST_TEST((none.residual - moments.correlation()).norm() == 0);
    BOOST_TEST(none.loss == moments.target_power() / 2);
}

BOOST_AUTO_TEST_CASE(all_learned_solves_the_normal_equations) {
    const auto moments = tests::random_moments({3, 2}, 5);
    const auto all = theory::solve_partial(moments, {0, 1});
    const Eigen::VectorXd direct = moments.covariance().inverse() * moments.correlation();
    // Two dense solvers at a condition number of about 100: 1e-13 each.
    BOOST_TEST((all.weights - direct).norm() < 1e-12 * direct.norm());
    BOOST_TEST(all.loss < 1e-12);
}

BOOST_AUTO_TEST_CASE(residual_that_cancels_is_exactly_zero) {
    // y = x_A: after A is learned nothing is left for B, whatever rounding says.
    const auto moments = data::toy_moments({.rho = 0.3, .ratio = 1.7, .target_weights = {1, 0}});
    BOOST_TEST(theory::solve_partial(moments, {0}).residual.norm() == 0);
}

BOOST_AUTO_TEST_CASE(singular_covariance_gives_the_minimum_norm_solution) {
    // Two copies of one input, y = x: each copy carries half.
    const Eigen::Matrix2d covariance = Eigen::Matrix2d::Ones();
    const data::moments moments({"A"}, {2}, covariance, Eigen::Vector2d(1, 1), 1);
    const auto all = theory::solve_partial(moments, {0});
    BOOST_TEST(all.rank == 1);
    BOOST_TEST((all.weights - Eigen::Vector2d(0.5, 0.5)).norm() < 1e-14);
}

BOOST_AUTO_TEST_SUITE_END()
