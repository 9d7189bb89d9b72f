// Plateaus of networks of several targets.
#include "fusionflow/theory/race/rank_solution.hpp"

#include <Eigen/Cholesky>
#include <Eigen/SVD>
#include <boost/test/unit_test.hpp>

#include "fusionflow/theory/partial_solution.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(rank_solution)

namespace {

// Nothing learned, with a space and outputs to begin with.
theory::rank_solution start(const data::moments& moments, const Eigen::MatrixXd& space,
                            const std::vector<Eigen::Index>& ranks) {
    theory::rank_solution s;
    s.space = space;
    s.weights = Eigen::VectorXd::Zero(moments.correlations().size());
    for (const Eigen::Index rank : ranks) {
        s.outputs.emplace_back(space.leftCols(rank));
    }
    return s;
}

// The best matrix of a rank, from the singular values of s L^-T, Sigma = L L^T.
Eigen::MatrixXd reduced_rank(const Eigen::MatrixXd& s, const Eigen::MatrixXd& sigma,
                             Eigen::Index rank) {
    const Eigen::LLT<Eigen::MatrixXd> factor(sigma);
    const Eigen::MatrixXd white = factor.matrixL().solve(s.transpose()).transpose();
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(white, Eigen::ComputeThinU);
    const Eigen::MatrixXd best = svd.matrixU().leftCols(rank);
    return best * best.transpose() * factor.solve(s.transpose()).transpose();
}

// Well-conditioned problems, an iteration to 1e-12 that gains at least some part in each round.
constexpr double close = 1e-9;

}  // namespace

BOOST_AUTO_TEST_CASE(full_ranks_are_least_squares) {
    const auto moments = tests::random_moments({4, 2}, 3, 3);
    const auto found =
        theory::solve_ranks(moments, start(moments, Eigen::Matrix3d::Identity(), {3, 2}));
    const auto all = theory::solve_partial(moments, {0, 1});
    BOOST_TEST(found.converged);
    BOOST_TEST((found.weights - all.weights).norm() < close * all.weights.norm());
    BOOST_TEST(found.residual.norm() < close * moments.correlations().norm());
    BOOST_TEST(std::abs(found.loss - all.loss) < close * moments.target_power());
}

BOOST_AUTO_TEST_CASE(one_modality_is_reduced_rank_regression) {
    const auto moments = tests::random_moments({5}, 4, 3);
    for (const Eigen::Index rank : {1, 2}) {
        const auto found =
            theory::solve_ranks(moments, start(moments, Eigen::Matrix3d::Identity(), {rank}));
        const Eigen::MatrixXd best =
            reduced_rank(moments.matrix(moments.correlations()), moments.covariance(), rank);
        BOOST_TEST((moments.matrix(found.weights) - best).norm() < close * best.norm());
    }
}

// With a trunk of so many units all modalities share their outputs.
BOOST_AUTO_TEST_CASE(a_shared_space_is_reduced_rank_regression_of_all) {
    const auto moments = tests::random_moments({3, 4}, 5, 3);
    for (const Eigen::Index units : {1, 2}) {
        const Eigen::MatrixXd space = Eigen::MatrixXd::Identity(3, units);
        const auto found = theory::solve_ranks(moments, start(moments, space, {units, units}));
        const Eigen::MatrixXd best =
            reduced_rank(moments.matrix(moments.correlations()), moments.covariance(), units);
        BOOST_TEST(found.converged);
        BOOST_TEST((moments.matrix(found.weights) - best).norm() < 1e-6 * best.norm());
        // Axes in the order of what goes along them, and all of W in the space.
        const Eigen::MatrixXd w = moments.matrix(found.weights);
        BOOST_TEST((w - found.space * (found.space.transpose() * w)).norm() < close * w.norm());
        const Eigen::MatrixXd along = found.space.transpose() * w;
        BOOST_TEST(along.row(0).norm() >= along.row(units - 1).norm());
    }
}

// A plateau is a fixed point of every layer: nothing pushes along what is there.
BOOST_AUTO_TEST_CASE(nothing_pushes_what_was_learned) {
    const auto moments = tests::random_moments({3, 4}, 6, 3);
    const auto found =
        theory::solve_ranks(moments, start(moments, Eigen::Matrix3d::Identity(), {1, 2}));
    BOOST_TEST(found.converged);
    for (int m = 0; m < 2; ++m) {
        const auto w = moments.matrix(found.weights, m);
        const auto e = moments.matrix(found.residual, m);
        BOOST_TEST((e * w.transpose()).norm() < close * e.norm() * w.norm());
        BOOST_TEST((w.transpose() * e).norm() < close * e.norm() * w.norm());
        BOOST_TEST(e.norm() > 0.01);
    }
}

BOOST_AUTO_TEST_SUITE_END()
