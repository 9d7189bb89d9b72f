// Hundreds of inputs that vary in a few directions only. What is exact: with orthonormal Q_m the
// inputs x_m = Q_m z_m are learned as z_m would be, at the same times.
#include <Eigen/QR>
#include <boost/test/unit_test.hpp>

#include "fusionflow/data/random.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/theory/prediction/predict.hpp"
#include "fusionflow/theory/race/rank_solution.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using Eigen::MatrixXd;

BOOST_AUTO_TEST_SUITE(wide)

namespace {

constexpr int few = 3;
constexpr int many = 80;

MatrixXd turning() {
    data::random_source random(11);
    MatrixXd turn = MatrixXd::Zero(2 * many, 2 * few);
    for (int m = 0; m < 2; ++m) {
        const Eigen::HouseholderQR<MatrixXd> drawn(random.normal_matrix(many, few, 1));
        turn.block(m * many, m * few, many, few) =
            drawn.householderQ() * MatrixXd::Identity(many, few);
    }
    return turn;
}

data::moments widened(const data::moments& narrow) {
    const MatrixXd turn = turning();
    const MatrixXd covariance = turn * narrow.covariance() * turn.transpose();
    return data::moments::of_targets(
        narrow.names(), {many, many}, (covariance + covariance.transpose()) / 2,
        narrow.matrix(narrow.correlations()) * turn.transpose(), narrow.target_power());
}

// Rounding of 160 inputs, times condition numbers below 1e3, times what sums of phases add.
constexpr double close = 1e-8;

}  // namespace

BOOST_AUTO_TEST_CASE(least_squares_are_those_of_the_few_directions) {
    const auto narrow = tests::random_moments({few, few}, 5, 2);
    const auto wide = widened(narrow);
    for (const data::modality_set& set : {data::modality_set{0}, {1}, {0, 1}}) {
        const auto expected = theory::solve_partial(narrow, set);
        for (int again = 0; again < 2; ++again) {  // the second one is remembered
            const auto found = theory::solve_partial(wide, set);
            BOOST_TEST(found.rank == expected.rank);
            BOOST_TEST(std::abs(found.explained - expected.explained) < close * expected.explained);
            const MatrixXd weights = wide.matrix(found.weights) * turning();
            BOOST_TEST((weights - narrow.matrix(expected.weights)).norm() <
                       close * expected.weights.norm());
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_remembered_belongs_to_its_moments) {
    const auto first = widened(tests::random_moments({few, few}, 5));
    const auto second = widened(tests::random_moments({few, few}, 6));
    const auto weights = theory::solve_partial(first, {0, 1}).weights;
    const auto others = theory::solve_partial(second, {0, 1}).weights;
    BOOST_TEST((weights - others).norm() > 0.1 * weights.norm());
    BOOST_TEST(theory::solve_partial(first, {0, 1}).weights == weights);
}

BOOST_AUTO_TEST_CASE(plateaus_of_given_ranks_are_those_of_the_few_directions) {
    const auto narrow = tests::random_moments({few, few}, 5, 3);
    const auto wide = widened(narrow);
    const MatrixXd whole = MatrixXd::Identity(3, 3);
    for (const Eigen::Index units : {3, 2}) {
        for (const auto& [a, b] : {std::pair<int, int>{1, 0}, {1, 1}, {2, 1}, {2, 2}}) {
            const auto solve = [&](const data::moments& moments) {
                theory::rank_solution start;
                start.space = whole.leftCols(units);
                start.weights = Eigen::VectorXd::Zero(moments.correlations().size());
                start.outputs = {whole.leftCols(a), whole.leftCols(b)};
                return theory::solve_ranks(moments, start);
            };
            const auto expected = solve(narrow);
            const auto found = solve(wide);
            BOOST_TEST_CONTEXT("ranks " << a << ", " << b << " in " << units) {
                BOOST_TEST(found.converged == expected.converged);
                BOOST_TEST(std::abs(found.loss - expected.loss) < close * narrow.target_power());
                BOOST_TEST(
                    (wide.matrix(found.weights) * turning() - narrow.matrix(expected.weights))
                        .norm() < close * expected.weights.norm());
                BOOST_TEST(
                    (wide.matrix(found.residual) * turning() - narrow.matrix(expected.residual))
                        .norm() < close * narrow.correlations().norm());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(predicted_times_are_those_of_the_few_directions) {
    for (const int targets : {1, 2}) {
        const auto narrow = tests::random_moments({few, few}, 5, targets);
        const auto wide = widened(narrow);
        for (const int fusion : {1, 2, 3}) {
            const auto arch = theory::architecture::fused(3, fusion, 2);
            const theory::initialisation init{.u0 = 1e-3};
            const auto expected = theory::predict(narrow, arch, init, {});
            const auto found = theory::predict(wide, arch, init, {});
            BOOST_TEST_CONTEXT(targets << " targets, fused at " << fusion) {
                for (std::size_t m = 0; m < 2; ++m) {
                    BOOST_TEST(std::abs(found.leading.times[m] - expected.leading.times[m]) <
                               close * expected.leading.times[m]);
                    BOOST_TEST(std::abs(found.shares->shapley[m] - expected.shares->shapley[m]) <
                               close);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
