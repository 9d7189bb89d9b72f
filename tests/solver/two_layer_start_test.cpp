#include "fusionflow/solver/flows/two_layer_start.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::says;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(two_layer_start)

namespace {

const auto late = theory::architecture::fused(2, 2, 2);
const auto early = theory::architecture::fused(2, 1, 2);
constexpr const theory::scheme* schemes[] = {scheme::balanced, scheme::gaussian,
                                             scheme::gaussian_iid};

// Q = F F^T of a block.
Eigen::MatrixXd gram(const solver::two_layer_start& start, std::size_t block) {
    const Eigen::MatrixXd& weights = start.blocks()[block].weights;
    return weights.transpose() * weights;
}

double distance(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
    return (a - b).norm() / b.norm();
}

}  // namespace

BOOST_AUTO_TEST_CASE(late_blocks_have_the_gram_matrices_of_the_network) {
    // Widths below, at and above D_m + 1; 1e-14 is some ten rounding errors of an orthogonal
    // factor.
    const auto moments = tests::random_moments({2, 3}, 5);
    for (const int width : {1, 3, 4, 20}) {
        const theory::initialisation init{
            .u0 = 1e-9, .drawn = scheme::gaussian_iid, .width = width};
        const solver::network_shape shape(moments, late, width);
        const auto weights = solver::draw_weights(shape, moments, init, 3);
        const auto start = solver::two_layer_start::drawn(moments, late, init, 3);
        BOOST_TEST_REQUIRE(start.blocks().size() == 2U);
        for (int m = 0; m < 2; ++m) {
            Eigen::MatrixXd theta(width, moments.dim(m) + 1);
            theta << solver::matrix(weights.data(), shape.branch(m)[0]),
                solver::matrix(weights.data(), shape.branch(m)[1]).transpose();
            const auto block = static_cast<std::size_t>(m);
            BOOST_TEST(distance(gram(start, block), theta.transpose() * theta) < 1e-14);
            BOOST_TEST(start.blocks()[block].weights.rows() == std::min(width, moments.dim(m) + 1));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_early_block_has_the_gram_matrix_of_all_inputs) {
    const auto moments = tests::random_moments({2, 3}, 5);
    const theory::initialisation init{.u0 = 0.1, .drawn = scheme::gaussian, .width = 4};
    const solver::network_shape shape(moments, early, 4);
    const auto weights = solver::draw_weights(shape, moments, init, 8);
    const auto start = solver::two_layer_start::from_network(shape, weights, false);
    BOOST_TEST_REQUIRE(start.blocks().size() == 1U);
    BOOST_TEST(start.blocks()[0].count == 2);
    Eigen::MatrixXd theta(4, 6);
    theta << solver::matrix(weights.data(), shape.branch(0)[0]),
        solver::matrix(weights.data(), shape.branch(1)[0]),
        solver::matrix(weights.data(), shape.trunk()[0]).transpose();
    BOOST_TEST(distance(gram(start, 0), theta.transpose() * theta) < 1e-14);
}

BOOST_AUTO_TEST_CASE(the_factor_of_a_network_is_lower_trapezoidal) {
    const auto start =
        solver::two_layer_start::drawn(tests::random_moments({2, 3}, 5), early,
                                       {.u0 = 0.1, .drawn = scheme::gaussian_iid, .width = 4}, 1);
    const Eigen::MatrixXd transposed = start.blocks()[0].weights;
    for (Eigen::Index j = 0; j < transposed.cols(); ++j) {
        for (Eigen::Index i = j + 1; i < transposed.rows(); ++i) {
            BOOST_TEST(transposed(i, j) == 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(balanced_draws_all_have_the_expected_gram_matrix) {
    const auto moments = tests::random_moments({2, 3}, 5);
    const theory::initialisation init{
        .u0 = 1e-3, .width = 7, .branch_norms = {2e-3, 1e-3}, .trunk_excess = 1e-6};
    const theory::initialisation late_init{.u0 = 1e-3, .width = 7, .branch_norms = {2e-3, 1e-3}};
    for (const std::uint64_t seed : {1U, 2U}) {
        BOOST_TEST(distance(gram(solver::two_layer_start::drawn(moments, early, init, seed), 0),
                            gram(solver::two_layer_start::expected(moments, early, init), 0)) <
                   1e-14);
        for (const std::size_t block : {0U, 1U}) {
            BOOST_TEST(distance(gram(solver::two_layer_start::drawn(moments, late, late_init, seed),
                                     block),
                                gram(solver::two_layer_start::expected(moments, late, late_init),
                                     block)) < 1e-14);
        }
    }
    BOOST_TEST(solver::two_layer_start::expected(moments, early, init).blocks()[0].weights.rows() ==
               1);
    BOOST_TEST(
        solver::two_layer_start::expected(moments, late, late_init).blocks()[1].weights.rows() ==
        1);
}

BOOST_AUTO_TEST_CASE(expected_gram_matrices_are_the_mean_over_draws) {
    // An entry of Q/(its scale) has a variance of at most 2/H: the mean of 400 draws at H = 20 is
    // within 0.016 an entry, 6 x 6 entries within 0.1 in Frobenius norm of a matrix of norm >= 1.
    const auto moments = tests::random_moments({2, 3}, 5);
    for (const auto& arch : {late, early}) {
        for (const auto* drawn : schemes) {
            const theory::initialisation init{.u0 = 0.3, .drawn = drawn, .width = 20};
            const auto expected = solver::two_layer_start::expected(moments, arch, init);
            for (std::size_t block = 0; block < expected.blocks().size(); ++block) {
                Eigen::MatrixXd mean = 0 * gram(expected, block);
                for (std::uint64_t seed = 1; seed <= 400; ++seed) {
                    mean += gram(solver::two_layer_start::drawn(moments, arch, init, seed), block) /
                            400;
                }
                BOOST_TEST_INFO(drawn->name << ", block " << block);
                BOOST_TEST(distance(mean, gram(expected, block)) < 0.1);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_networks_that_do_not_have_two_layers) {
    const auto moments = tests::toy(0, 2);
    const std::string rule = "exact: need two layers on every path, fused late (branches of 2, "
                             "shared 0) or early (branches of 1, shared 1), got ";
    const auto refused = [&](const theory::architecture& arch, const std::string& got) {
        BOOST_CHECK_EXCEPTION((void)solver::two_layer_start::drawn(moments, arch, {}, 1),
                              data::input_error, says(rule + got));
        BOOST_CHECK_EXCEPTION((void)solver::two_layer_start::expected(moments, arch, {}),
                              data::input_error, says(rule + got));
        const solver::network_shape shape(moments, arch, 2);
        const solver::state weights(static_cast<std::size_t>(shape.size()), 0.1);
        BOOST_CHECK_EXCEPTION((void)solver::two_layer_start::from_network(shape, weights, false),
                              data::input_error, says(rule + got));
    };
    refused(theory::architecture::fused(3, 2, 2), "branches 2,2 and shared 1");
    refused(theory::architecture::fused(1, 1, 2), "branches 1,1 and shared 0");
    refused(theory::architecture({2, 1}, 0), "branches 2,1 and shared 0");
    refused(theory::architecture({1, 2}, 1), "branches 1,2 and shared 1");
}

BOOST_AUTO_TEST_SUITE_END()
