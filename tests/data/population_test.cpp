#include "fusionflow/data/population.hpp"

#include <Eigen/Eigenvalues>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow::data;
using fusionflow::tests::says;

BOOST_AUTO_TEST_SUITE(population)

namespace {

const population_options small{
    .dims = {2, 1}, .variances = {3, 0.25}, .input_weight = 2, .noise = 0.5};

}  // namespace

BOOST_AUTO_TEST_CASE(moments_follow_the_formula) {
    const moments m = population_moments(small);
    BOOST_TEST(m.names() == std::vector<std::string>({"A", "B"}));
    BOOST_TEST(m.dims() == std::vector<int>({2, 1}));
    const Eigen::Vector3d variances(3, 3, 0.25);
    BOOST_TEST((m.covariance() == Eigen::MatrixXd(variances.asDiagonal())));
    BOOST_TEST((m.correlation() == 2 * variances));
    BOOST_TEST(m.target_power() == 25.25);  // 4 x 6.25 explained and 0.25 noise
}

BOOST_AUTO_TEST_CASE(moments_of_many_samples_are_those_of_the_population) {
    constexpr long count = 20000;
    const moments expected = population_moments(small);
    const moments m = drawn_moments(small, count, 3);
    // <ab> over Gaussian samples has variance (<a^2><b^2> + <ab>^2) / P. Four standard errors; the
    // seed is fixed, so this passes always or never.
    const auto near = [](double measured, double mean, double a, double b) {
        return std::abs(measured - mean) < 4 * std::sqrt((a * b + mean * mean) / count);
    };
    const auto& sigma = expected.covariance();
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) {
            BOOST_TEST(near(m.covariance()(i, j), sigma(i, j), sigma(i, i), sigma(j, j)));
        }
        const double power = expected.target_power();
        BOOST_TEST(near(m.correlation()(i), expected.correlation()(i), sigma(i, i), power));
    }
    BOOST_TEST(near(m.target_power(), 25.25, 25.25, 25.25));
}

BOOST_AUTO_TEST_CASE(moments_are_sums_over_the_samples_of_the_seed) {
    constexpr long count = 7;
    random_source random(5);
    Eigen::MatrixXd inputs(count, 3);
    Eigen::VectorXd targets(count);
    for (long i = 0; i < count; ++i) {
        for (int k = 0; k < 3; ++k) {
            inputs(i, k) = std::sqrt(k < 2 ? 3 : 0.25) * random.normal();
        }
        targets(i) = 2 * inputs.row(i).sum() + 0.5 * random.normal();
    }
    const moments m = drawn_moments(small, count, 5);
    // Rounding of the sums.
    BOOST_TEST((m.covariance() - inputs.transpose() * inputs / count).norm() < 1e-14);
    BOOST_TEST((m.correlation() - inputs.transpose() * targets / count).norm() < 1e-13);
    BOOST_TEST(std::abs(m.target_power() - targets.squaredNorm() / count) < 1e-13);
}

BOOST_AUTO_TEST_CASE(without_noise_the_targets_are_what_the_inputs_say) {
    population_options clean = small;
    clean.noise = 0;
    for (const long count : {1, 2, 3, 50}) {
        const moments m = drawn_moments(clean, count, 8);
        const Eigen::VectorXd sums = m.covariance().rowwise().sum();
        // Rounding.
        BOOST_TEST((m.correlation() - 2 * sums).norm() < 1e-13 * m.correlation().norm());
        BOOST_TEST(std::abs(m.target_power() - 4 * sums.sum()) < 1e-13 * m.target_power());
    }
}

BOOST_AUTO_TEST_CASE(fewer_samples_than_inputs_leave_a_singular_covariance_of_that_rank) {
    for (const long count : {1, 20, 70, 99, 100, 150}) {
        const moments m = drawn_moments({.noise = 0.5}, count, 2);
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(m.covariance(),
                                                                   Eigen::EigenvaluesOnly);
        const Eigen::VectorXd& values = eigen.eigenvalues();
        BOOST_TEST((values.array() > 1e-12 * values.maxCoeff()).count() == std::min(count, 100L));
    }
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_digits_and_another_one_others) {
    const moments once = drawn_moments(small, 40, 1);
    const moments again = drawn_moments(small, 40, 1);
    BOOST_TEST((once.covariance() == again.covariance()));
    BOOST_TEST((once.correlation() == again.correlation()));
    BOOST_TEST((once.covariance() != drawn_moments(small, 40, 2).covariance()));
    // Printed once with Boost 1.74; all 17 digits are the promise.
    BOOST_TEST(once.covariance()(2, 1) == -0.043996749467150896);
    BOOST_TEST(once.target_power() == 25.773565349025699);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_population) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refuses = [](const population_options& options, const std::string& message) {
        BOOST_CHECK_EXCEPTION(options.validate(), input_error, says(message));
        BOOST_CHECK_EXCEPTION((void)population_moments(options), input_error, says(message));
        BOOST_CHECK_EXCEPTION((void)drawn_moments(options, 5, 1), input_error, says(message));
    };
    refuses({.dims = {}}, "dims: need at least one modality, got none");
    refuses({.dims = {2, 0}}, "dims: need D >= 1, got 0 at 2");
    refuses({.dims = {2}}, "variances: need one per modality, 1, got 2");
    refuses({.variances = {3, 0}}, "variances: need 1e-50 <= v <= 1e50, got 0");
    refuses({.variances = {nan, 1}}, "variances: need 1e-50 <= v <= 1e50, got nan");
    refuses({.input_weight = nan}, "input-weight: need a number within +-1e50, got nan");
    refuses({.noise = -1}, "noise: need noise >= 0, got -1");
    refuses({.noise = 1e51}, "noise: need noise <= 1e50, got 1e+51");
    BOOST_CHECK_EXCEPTION((void)drawn_moments({}, 0, 1), input_error,
                          says("draws: need 1 ... 10000000, got 0"));
    BOOST_CHECK_EXCEPTION((void)drawn_moments({}, 10'000'001, 1), input_error,
                          says("draws: need 1 ... 10000000, got 10000001"));
}

BOOST_AUTO_TEST_SUITE_END()
