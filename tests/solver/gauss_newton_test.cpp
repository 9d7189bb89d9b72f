// The Gauss-Newton part of the Jacobian of networks, held against dense matrices.
#include "fusionflow/solver/flows/gauss_newton.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <boost/test/unit_test.hpp>

#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/networks/gradient.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using Eigen::MatrixXd;
using Eigen::VectorXd;

BOOST_AUTO_TEST_SUITE(gauss_newton)

namespace {

struct problem {
    data::moments moments;
    solver::network_shape shape;
    solver::state weights;

    problem(const std::vector<int>& dims, int targets, int depth, int fusion, unsigned seed)
        : moments(tests::random_moments(dims, seed, targets)),
          shape(moments, theory::architecture::fused(depth, fusion, moments.count()), 3),
          weights(static_cast<std::size_t>(shape.size())) {
        data::random_source random(seed + 1);
        VectorXd::Map(weights.data(), shape.size()) = random.normal_matrix(shape.size(), 1, 0.5);
    }

    /// Sigma^1/2 dW/dtheta by central differences. W is a polynomial of a low degree, so that they
    /// err by 1e-10 of it.
    [[nodiscard]] MatrixXd dense() const {
        constexpr double aside = 1e-5;
        const Eigen::SelfAdjointEigenSolver<MatrixXd> root(moments.covariance());
        solver::network_gradient gradient(shape, moments);
        MatrixXd all(moments.correlations().size(), shape.size());
        for (Eigen::Index i = 0; i < shape.size(); ++i) {
            const auto total = [&](double by) {
                solver::state x = weights;
                x[static_cast<std::size_t>(i)] += by;
                VectorXd w(moments.correlations().size());
                gradient.total_weights(x.data(), w);
                return w;
            };
            const VectorXd slope = (total(aside) - total(-aside)) / (2 * aside);
            all.col(i) = (moments.matrix(slope) * root.operatorSqrt()).reshaped();
        }
        return all;
    }
};

// Differences err by 1e-10 of W.
constexpr double close = 1e-8;

template <typename Function>
void for_problems(const Function& check) {
    for (const auto& [depth, fusion] : {std::pair{2, 2}, {2, 1}, {3, 2}, {4, 4}, {4, 1}}) {
        for (const int targets : {1, 2}) {
            BOOST_TEST_CONTEXT(depth << " layers fused at " << fusion << ", targets " << targets) {
                check(problem({2, 3}, targets, depth, fusion, 7));
            }
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(products_are_those_of_the_dense_matrix) {
    for_problems([](const problem& p) {
        solver::gauss_newton part(p.shape, p.moments);
        BOOST_TEST_REQUIRE(part.take(p.weights));
        const MatrixXd dense = p.dense();
        const VectorXd v = data::random_source(3).normal_matrix(dense.cols(), 1, 1);
        const VectorXd y = data::random_source(4).normal_matrix(dense.rows(), 1, 1);
        BOOST_TEST((part.times(v) - dense * v).norm() < close * (dense * v).norm());
        BOOST_TEST((part.transposed_times(y) - dense.transpose() * y).norm() <
                   close * (dense.transpose() * y).norm());
    });
}

BOOST_AUTO_TEST_CASE(solutions_are_those_of_dense_equations) {
    for_problems([](const problem& p) {
        solver::gauss_newton part(p.shape, p.moments);
        BOOST_TEST_REQUIRE(part.take(p.weights));
        const MatrixXd dense = p.dense();
        const MatrixXd product = dense.transpose() * dense;
        const MatrixXd one = MatrixXd::Identity(product.rows(), product.rows());
        const VectorXd v = data::random_source(3).normal_matrix(dense.cols(), 1, 1);
        const VectorXd u = data::random_source(5).normal_matrix(dense.cols(), 1, 1);
        for (const double h : {0.0, 0.3, 1e4}) {
            VectorXd real = v;
            part.solve(3.5, h, real);
            const VectorXd expected = (3.5 * one + h * product).lu().solve(v);
            // At h = 1e4 the error of the differences counts as much as a rate of 1.
            BOOST_TEST((real - expected).norm() < 1e-5 * expected.norm());

            const std::complex<double> shift(2, 3);
            VectorXd imaginary = u;
            real = v;
            part.solve(shift, h, real, imaginary);
            Eigen::VectorXcd both(v.size());
            both.real() = v;
            both.imag() = u;
            const Eigen::MatrixXcd matrix =
                shift * one + (h * product).cast<std::complex<double>>();
            const Eigen::VectorXcd known = matrix.lu().solve(both);
            BOOST_TEST((real - known.real()).norm() < 1e-5 * known.norm());
            BOOST_TEST((imaginary - known.imag()).norm() < 1e-5 * known.norm());
        }
    });
}

BOOST_AUTO_TEST_CASE(weights_that_are_not_finite_are_said_to_be_so) {
    problem p({2, 3}, 1, 3, 2, 7);
    p.weights[4] = std::numeric_limits<double>::infinity();
    solver::gauss_newton part(p.shape, p.moments);
    BOOST_TEST(!part.take(p.weights));
}

BOOST_AUTO_TEST_SUITE_END()
