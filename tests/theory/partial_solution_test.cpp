#include "fusionflow/theory/partial_solution.hpp"

#include <Eigen/LU>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/population.hpp"
#include "fusionflow/data/toy.hpp"

#include "tests/support/models.hpp"
#include "tests/support/units.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(partial_solution)

namespace {

using big = boost::multiprecision::cpp_bin_float_50;

// What A leaves to B and B's own weight with both, of the same doubles in 50 digits.
struct exact_pair {
    double residual;
    double weight;
};

exact_pair exact_after(const data::moments& moments, int a) {
    const int b = 1 - a;
    const big s_a = moments.correlation()(a);
    const big s_b = moments.correlation()(b);
    const big aa = moments.covariance()(a, a);
    const big ab = moments.covariance()(a, b);
    const big bb = moments.covariance()(b, b);
    return {static_cast<double>(s_b - s_a * ab / aa),
            static_cast<double>((s_b * aa - s_a * ab) / (aa * bb - ab * ab))};
}

std::vector<data::modality_set> subsets_of_three() {
    return {{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}};
}

}  // namespace

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

// kappa from 1e-6 to 1e8, rho up to 1 - 1e-13: right to the digits that the terms of E_B leave of
// doubles' 64 bits (1e-19 of 1, against the bound of 1e-16 below which it is called rounding).
BOOST_AUTO_TEST_CASE(residuals_are_those_of_fifty_digits_down_to_rounding_of_the_moments) {
    int zeros = 0;
    for (const double rho : {0.5, -0.5, 0.99, 1 - 1e-6, 1 - 1e-10, 1 - 1e-13, -1 + 1e-13}) {
        for (const double kappa : {1e-6, 1e-3, 0.1, 1.0, 2.0, 10.0, 1e3, 1e5, 1e8}) {
            const auto moments = tests::toy(rho, kappa);
            const int first = kappa > 1 ? 0 : 1;
            const exact_pair exact = exact_after(moments, first);
            const auto after = theory::solve_partial(moments, {first});
            const auto all = theory::solve_partial(moments, {0, 1});
            BOOST_TEST(all.rank == 2);
            // The terms of E_B are |s_B| each, those of the moments' rounding four times eps of it.
            const double terms = std::abs(moments.correlation()(1 - first));
            const bool lost = std::abs(exact.residual) < 1e-15 * terms;
            BOOST_TEST_CONTEXT("rho " << rho << ", kappa " << kappa) {
                BOOST_TEST(theory::nothing_left(moments, after, 1 - first) ==
                           (after.residual(1 - first) == 0));
                if (lost) {
                    ++zeros;
                    continue;
                }
                BOOST_TEST(tests::relative(after.residual(1 - first), exact.residual) < 1e-3);
                BOOST_TEST(tests::relative(all.weights(1 - first), exact.weight) < 1e-3);
            }
        }
    }
    BOOST_TEST(zeros < 15);  // kappa and rho both extreme: no double knows E_B there
}

// The same with 1e-10 relative where the residual is above 1e-9 of its terms.
BOOST_AUTO_TEST_CASE(units_far_apart_and_strong_correlation_cost_no_digits) {
    for (const double rho : {0.5, 0.9, 1 - 1e-6, 1 - 1e-9}) {
        const auto moments = tests::toy(rho, 2);
        const auto after = theory::solve_partial(moments, {0});
        BOOST_TEST(tests::relative(after.residual(1), exact_after(moments, 0).residual) < 1e-10);
    }
    const auto far = tests::toy(0.5, 1e8);
    BOOST_TEST(tests::relative(theory::solve_partial(far, {0}).residual(1), 0.75) < 1e-10);
    BOOST_TEST(theory::solve_partial(far, {0, 1}).rank == 2);
}

BOOST_AUTO_TEST_CASE(independent_modalities_in_units_far_apart_explain_what_they_explain) {
    // 0.36 and 0.64 of y, in units 1e8 apart.
    const Eigen::Matrix2d covariance = Eigen::Vector2d(1e16, 1).asDiagonal();
    const data::moments moments({"A", "B"}, {1, 1}, covariance, Eigen::Vector2d(6e7, 0.8), 1);
    const auto all = theory::solve_partial(moments, {0, 1});
    BOOST_TEST(all.rank == 2);
    BOOST_TEST(std::abs(all.explained - 1) < 1e-15);
}

// Fewer samples than inputs of A: what it leaves to B is rounding, and is zero; with more samples
// it is not.
BOOST_AUTO_TEST_CASE(samples_that_one_modality_interpolates_leave_nothing) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        for (const long samples : {5L, 11L, 19L}) {
            const auto moments =
                data::drawn_moments({.dims = {20, 10}, .noise = 0.3}, samples, seed);
            const auto a = theory::solve_partial(moments, {0});
            BOOST_TEST(a.rank == samples);
            BOOST_TEST(theory::nothing_left(moments, a, 1));
            BOOST_TEST(theory::solve_partial(moments, {0, 1}).rank == samples);
        }
        const auto more = data::drawn_moments({.dims = {20, 10}, .noise = 0.3}, 21, seed);
        BOOST_TEST(!theory::nothing_left(more, theory::solve_partial(more, {0}), 1));
    }
}

// y is a function of A in a well-conditioned covariance, or B repeats A: both cancel to rounding.
BOOST_AUTO_TEST_CASE(residuals_of_pure_rounding_are_zero) {
    data::random_source random(3);
    for (int trial = 0; trial < 200; ++trial) {
        const Eigen::MatrixXd factor = random.normal_matrix(6, 9, 1);
        Eigen::MatrixXd covariance = factor * factor.transpose() / 9;
        Eigen::VectorXd target = Eigen::VectorXd::Zero(6);
        target.head(3) = random.normal_matrix(3, 1, 1);
        const Eigen::VectorXd correlation = covariance * target;
        const data::moments moments({"A", "B"}, {3, 3}, covariance, correlation,
                                    target.dot(correlation));
        const auto a = theory::solve_partial(moments, {0});
        BOOST_TEST(theory::nothing_left(moments, a, 1));
        BOOST_TEST(moments.part(theory::solve_partial(moments, {0, 1}).weights, 1).norm() == 0);
    }
    for (int trial = 0; trial < 50; ++trial) {
        // B's inputs are combinations of A's, in other units.
        const Eigen::MatrixXd x = random.normal_matrix(3, 40, 1);
        Eigen::MatrixXd both(5, 40);
        both << x, 1e5 * random.normal_matrix(2, 3, 1) * x;
        const Eigen::VectorXd y = random.normal_matrix(40, 1, 1);
        const data::moments moments({"A", "B"}, {3, 2}, both * both.transpose() / 40, both * y / 40,
                                    y.squaredNorm() / 40);
        const auto a = theory::solve_partial(moments, {0});
        BOOST_TEST(theory::nothing_left(moments, a, 1));
        BOOST_TEST(theory::solve_partial(moments, {0, 1}).rank == 3);
    }
}

// Multiplying modalities and the target by powers of ten multiplies E and W, and nothing else.
BOOST_AUTO_TEST_CASE(ranks_residuals_and_what_is_explained_follow_the_units) {
    data::random_source random(11);
    for (unsigned seed = 1; seed <= 60; ++seed) {
        const auto plain = tests::random_moments({2, 1, 3}, seed);
        const Eigen::VectorXd units = tests::powers_of_ten(3, random);
        const double target = tests::powers_of_ten(1, random)(0);
        const auto scaled = tests::in_units(plain, units, target);
        for (const data::modality_set& learned : subsets_of_three()) {
            const auto a = theory::solve_partial(plain, learned);
            const auto b = theory::solve_partial(scaled, learned);
            BOOST_TEST(a.rank == b.rank);
            // Conditions stay below 1e4: rounding of the scaled moments comes back that much
            // larger.
            BOOST_TEST(tests::relative(b.explained, a.explained * target * target) < 1e-11);
            for (int m = 0; m < 3; ++m) {
                const Eigen::VectorXd e = plain.part(a.residual, m) * units(m) * target;
                const Eigen::VectorXd w = plain.part(a.weights, m) / units(m) * target;
                BOOST_TEST((plain.part(b.residual, m) - e).norm() <= 1e-10 * e.norm());
                BOOST_TEST((plain.part(b.weights, m) - w).norm() <= 1e-10 * w.norm());
            }
        }
    }
}

// With copies of inputs, in one modality and from one to another, rank and what is explained stay;
// the weights are the smallest ones in each unit and need not.
BOOST_AUTO_TEST_CASE(singular_moments_keep_rank_and_residual_in_other_units) {
    data::random_source random(5);
    for (int trial = 0; trial < 60; ++trial) {
        const Eigen::MatrixXd x = random.normal_matrix(3, 30, 1);
        Eigen::MatrixXd all(6, 30);
        all << x.row(0), x.row(0) + x.row(1), x.row(1), x.row(1), x.row(0), x.row(2);
        const Eigen::VectorXd y = random.normal_matrix(30, 1, 1);
        const data::moments plain({"A", "B", "C"}, {2, 2, 2}, all * all.transpose() / 30,
                                  all * y / 30, y.squaredNorm() / 30);
        const auto scaled = tests::in_units(plain, tests::powers_of_ten(3, random), 1);
        for (const data::modality_set& learned : subsets_of_three()) {
            const auto a = theory::solve_partial(plain, learned);
            const auto b = theory::solve_partial(scaled, learned);
            BOOST_TEST(a.rank == b.rank);
            BOOST_TEST(tests::relative(b.explained, a.explained) < 1e-11);
            for (int m = 0; m < 3; ++m) {
                BOOST_TEST(theory::nothing_left(plain, a, m) == theory::nothing_left(scaled, b, m));
            }
        }
    }
}

// What rounding of the moments gives B in a pair that is nearly one input is not taken for a
// weight, and A has its own solution then, not the one that went with that weight.
BOOST_AUTO_TEST_CASE(where_rounding_decides_one_weight_the_other_has_its_own_solution) {
    const auto moments = data::toy_moments({.rho = 1 - 1e-13, .ratio = 1e8});
    const auto both = theory::solve_partial(moments, {0, 1});
    const auto alone = theory::solve_partial(moments, {0});
    BOOST_TEST(both.weights(1) == 0);
    BOOST_TEST(both.weights(0) == alone.weights(0));
}

BOOST_AUTO_TEST_SUITE_END()
