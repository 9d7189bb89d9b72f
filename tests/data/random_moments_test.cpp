#include "fusionflow/data/random_moments.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/says.hpp"

using namespace fusionflow;
using fusionflow::tests::says;

BOOST_AUTO_TEST_SUITE(random_moments)

namespace {

const std::vector<int> dims{3, 2};
constexpr int dimension = 5;
constexpr int draws = 4000;

data::moments drawn(int seed) {
    return data::random_moments(dims, static_cast<std::uint64_t>(seed));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_inverse_has_the_mean_of_a_wishart_matrix) {
    // Sigma^-1 ~ Wishart(nu, Psi^-1): mean nu Psi^-1, variance of an entry nu (p_ij^2 + p_ii p_jj),
    // p = Psi^-1. (Sigma itself has mean Psi, but no variance to hold a mean of draws against.)
    const double dof = dimension + 2;
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(dimension, dimension);
    for (int seed = 1; seed <= draws; ++seed) {
        sum += drawn(seed).covariance().inverse();
    }
    const auto psi = [](int i) { return i < dims[0] ? 2.0 : 1.0; };
    for (int i = 0; i < dimension; ++i) {
        for (int j = 0; j < dimension; ++j) {
            const double expected = i == j ? dof / psi(i) : 0;
            const double variance = dof * (i == j ? 2.0 : 1.0) / (psi(i) * psi(j));
            // Four standard errors; the seeds are fixed, so this passes always or never.
            BOOST_TEST(std::abs(sum(i, j) / draws - expected) < 4 * std::sqrt(variance / draws));
        }
    }
}

BOOST_AUTO_TEST_CASE(variances_are_inverse_chi_squared_with_three_degrees_of_freedom) {
    // Psi_ii / Sigma_ii ~ chi^2 of nu - D + 1 = 3: mean 3, variance 6, E[Sigma_ii] = Psi_ii.
    for (const int i : {0, 4}) {
        double sum = 0;
        double squares = 0;
        for (int seed = 1; seed <= draws; ++seed) {
            const double x = (i < dims[0] ? 2.0 : 1.0) / drawn(seed).covariance()(i, i);
            sum += x;
            squares += x * x;
        }
        BOOST_TEST(std::abs(sum / draws - 3) < 4 * std::sqrt(6.0 / draws));
        // E[x^2] = 15; E[x^4] = 3 * 5 * 7 * 9 = 945.
        BOOST_TEST(std::abs(squares / draws - 15) < 4 * std::sqrt((945.0 - 225) / draws));
    }
}

BOOST_AUTO_TEST_CASE(target_weights_are_uniform_and_there_is_no_noise) {
    double sum = 0;
    double squares = 0;
    for (int seed = 1; seed <= draws; ++seed) {
        const data::moments m = drawn(seed);
        const Eigen::VectorXd weights = m.covariance().ldlt().solve(m.correlation());
        // Rounding: conditions of Sigma up to about 1e6.
        BOOST_REQUIRE(weights.cwiseAbs().maxCoeff() < 1 + 1e-8);
        BOOST_REQUIRE(std::abs(weights.dot(m.correlation()) - m.target_power()) <
                      1e-8 * m.target_power());
        sum += weights.sum();
        squares += weights.squaredNorm();
    }
    const double numbers = draws * dimension;
    BOOST_TEST(std::abs(sum / numbers) < 4 * std::sqrt(1.0 / 3 / numbers));
    BOOST_TEST(std::abs(squares / numbers - 1.0 / 3) < 4 * std::sqrt(4.0 / 45 / numbers));
}

BOOST_AUTO_TEST_CASE(covariances_are_positive_definite_at_twenty_inputs) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        const data::moments m = data::random_moments({10, 10}, seed);
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(m.covariance(),
                                                                   Eigen::EigenvaluesOnly);
        BOOST_TEST(eigen.eigenvalues().minCoeff() > 0);
    }
}

BOOST_AUTO_TEST_CASE(seed_one_gives_these_digits_everywhere) {
    // Printed once with Boost 1.74; all 17 digits are the promise.
    const data::moments m = data::random_moments({1, 2}, 1);
    BOOST_TEST(m.names() == std::vector<std::string>({"A", "B"}));
    BOOST_TEST(m.dims() == std::vector<int>({1, 2}));
    BOOST_TEST(m.covariance()(0, 0) == 0.49537780580375562);
    BOOST_TEST(m.covariance()(2, 1) == -0.23443655249872103);
    BOOST_TEST(m.correlation()(1) == -0.45832781066860862);
    BOOST_TEST(m.target_power() == 0.57799110918786512);
    BOOST_TEST((m.covariance() != data::random_moments({1, 2}, 2).covariance()));
}

BOOST_AUTO_TEST_CASE(refuses_dims_that_are_none) {
    BOOST_CHECK_EXCEPTION((void)data::random_moments({}, 1), data::input_error,
                          says("dims: need at least one modality, got none"));
    BOOST_CHECK_EXCEPTION((void)data::random_moments({3, 0}, 1), data::input_error,
                          says("dims: need D >= 1, got 0 at 2"));
    BOOST_CHECK_EXCEPTION((void)data::random_moments({5000, 1}, 1), data::input_error,
                          says("dims: need a sum of at most 5000, got 5001 at 2"));
}

BOOST_AUTO_TEST_SUITE_END()
