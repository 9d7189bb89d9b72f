#include "fusionflow/data/random.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

using namespace fusionflow::data;

// Not in the global namespace: the C library has a function of this name.
namespace fusionflow::tests {

BOOST_AUTO_TEST_SUITE(random)

BOOST_AUTO_TEST_CASE(seed_one_gives_these_digits_everywhere) {
    // Printed once with Boost 1.74 (mt19937_64, ziggurat); all 17 digits are the promise.
    random_source source(1);
    BOOST_TEST(source.normal() == -0.22770229850701265);
    BOOST_TEST(source.normal() == -0.25937725029558445);
    BOOST_TEST(source.normal() == -0.6128186290833155);
    BOOST_TEST(source.normal() == -0.030246828233049857);
}

BOOST_AUTO_TEST_CASE(matrices_are_the_normal_numbers_column_by_column) {
    random_source one_by_one(7);
    random_source at_once(7);
    const Eigen::MatrixXd matrix = at_once.normal_matrix(3, 2, 0.5);
    BOOST_REQUIRE(matrix.rows() == 3);
    BOOST_REQUIRE(matrix.cols() == 2);
    for (int k = 0; k < 6; ++k) {
        BOOST_TEST(matrix(k % 3, k / 3) == 0.5 * one_by_one.normal());
    }
}

BOOST_AUTO_TEST_CASE(all_64_bits_of_the_seed_count) {
    random_source low(5);
    random_source high(5 + (std::uint64_t{1} << 40U));
    BOOST_TEST(low.normal() != high.normal());
}

BOOST_AUTO_TEST_CASE(moments_of_many_draws_are_those_of_a_normal) {
    constexpr int draws = 200000;
    const double sd = 3;
    const Eigen::ArrayXd x = random_source(11).normal_matrix(draws, 1, sd).array() / sd;
    // Standard errors of the sample moments of N(0,1): var(x) = 1, var(x^2) = 2, var(x^3) = 15,
    // var(x^4) = 96. Four of them each; the seed is fixed, so this passes always or never.
    const double root = std::sqrt(static_cast<double>(draws));
    BOOST_TEST(std::abs(x.mean()) < 4 / root);
    BOOST_TEST(std::abs(x.square().mean() - 1) < 4 * std::sqrt(2.0) / root);
    BOOST_TEST(std::abs(x.cube().mean()) < 4 * std::sqrt(15.0) / root);
    BOOST_TEST(std::abs(x.square().square().mean() - 3) < 4 * std::sqrt(96.0) / root);
    // Neighbours are independent: the variance of x_i x_{i+1} is 1.
    const double lagged = (x.head(draws - 1) * x.tail(draws - 1)).mean();
    BOOST_TEST(std::abs(lagged) < 4 / root);
}

BOOST_AUTO_TEST_CASE(uniform_numbers_fill_their_interval_evenly) {
    constexpr int draws = 20000;
    random_source source(4);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; ++i) {
        const double x = source.uniform(-1, 3);
        BOOST_REQUIRE((x >= -1 && x < 3));
        sum += (x - 1) / 2;
        squares += (x - 1) * (x - 1) / 4;
    }
    // On (-1, 1) the mean of x^2 is 1/3 and its variance 4/45. Four standard errors.
    BOOST_TEST(std::abs(sum / draws) < 4 * std::sqrt(1.0 / 3 / draws));
    BOOST_TEST(std::abs(squares / draws - 1.0 / 3) < 4 * std::sqrt(4.0 / 45 / draws));
    // Printed once with Boost 1.74.
    BOOST_TEST(random_source(1).uniform(0, 1) == 0.13387664401253274);
}

BOOST_AUTO_TEST_CASE(chi_numbers_have_the_moments_of_a_length) {
    constexpr int draws = 20000;
    for (const double dof : {1.0, 3.0, 100.0, 1e6, 1e12}) {
        random_source source(5);
        double mean = 0;
        double square = 0;
        double length_mean = 0;
        for (int i = 0; i < draws; ++i) {
            // Of x = (chi^2 - dof)/sqrt(2 dof): mean 0, variance 1, its square's variance
            // 2 + 12/dof.
            const double length = source.chi(dof);
            const double x = (length * length - dof) / std::sqrt(2 * dof);
            mean += x / draws;
            square += x * x / draws;
            length_mean += length / draws;
        }
        const double root = std::sqrt(static_cast<double>(draws));
        BOOST_TEST(std::abs(mean) < 4 / root);
        BOOST_TEST(std::abs(square - 1) < 4 * std::sqrt(2 + 12 / dof) / root);
        // Lengths have a variance below 1/2 and a mean between these.
        BOOST_TEST(length_mean < std::sqrt(dof) + 3 / root);
        BOOST_TEST(length_mean > std::sqrt(dof) - 0.25 / std::sqrt(dof) - 3 / root);
    }
}

BOOST_AUTO_TEST_CASE(unit_vectors_have_norm_one_and_no_preferred_direction) {
    constexpr int draws = 20000;
    constexpr int size = 3;
    random_source source(3);
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(size);
    Eigen::VectorXd squares = Eigen::VectorXd::Zero(size);
    for (int i = 0; i < draws; ++i) {
        const Eigen::VectorXd u = source.unit_vector(size);
        // Normalising rounds a few times: a few epsilon.
        BOOST_REQUIRE(std::abs(u.norm() - 1) < 1e-15);
        sum += u;
        squares += u.cwiseAbs2();
    }
    // On the sphere in D = 3: var(u_i) = 1/D, var(u_i^2) = 2 (D-1) / (D^2 (D+2)) = 4/45; four
    // standard errors each.
    const double root = std::sqrt(static_cast<double>(draws));
    for (int i = 0; i < size; ++i) {
        BOOST_TEST(std::abs(sum(i) / draws) < 4 * std::sqrt(1.0 / size) / root);
        BOOST_TEST(std::abs(squares(i) / draws - 1.0 / size) < 4 * std::sqrt(4.0 / 45) / root);
    }
}

BOOST_AUTO_TEST_CASE(unit_vectors_of_one_number_are_signs) {
    random_source source(1);
    std::set<double> seen;
    for (int i = 0; i < 20; ++i) {
        seen.insert(source.unit_vector(1)(0));
    }
    BOOST_TEST((seen == std::set<double>{-1, 1}));
}

BOOST_AUTO_TEST_CASE(repeat_zero_is_the_seed_itself) {
    BOOST_TEST(repeat_seed(0, 0) == 0U);
    BOOST_TEST(repeat_seed(42, 0) == 42U);
}

BOOST_AUTO_TEST_CASE(repeats_are_the_published_splitmix64_sequence) {
    // First output of splitmix64 for the seeds 0 and 1234567 (Vigna's reference generator).
    BOOST_TEST(repeat_seed(0, 1) == 0xe220a8397b1dcdafU);
    BOOST_TEST(repeat_seed(1234567, 1) == 6457827717110365317U);
}

BOOST_AUTO_TEST_CASE(neighbouring_seeds_and_their_repeats_never_meet) {
    std::set<std::uint64_t> seen;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        for (int repeat = 0; repeat < 100; ++repeat) {
            seen.insert(repeat_seed(seed, repeat));
        }
    }
    BOOST_TEST(seen.size() == 100U * 100U);
}

BOOST_AUTO_TEST_CASE(shuffles_are_permutations_drawn_uniformly) {
    data::random_source random(5);
    std::array<int, 6> counts{};
    for (int i = 0; i < 6000; ++i) {
        std::array<Eigen::Index, 3> places{0, 1, 2};
        random.shuffle(places);
        BOOST_TEST_REQUIRE(places[0] + places[1] + places[2] == 3);
        ++counts.at(static_cast<std::size_t>(2 * places[0] + (places[1] > places[2] ? 1 : 0)));
    }
    for (const int count : counts) {
        BOOST_TEST(std::abs(count - 1000) < 150);  // five standard deviations, sqrt(6000 5/36)
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace fusionflow::tests
