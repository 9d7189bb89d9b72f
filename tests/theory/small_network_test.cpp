// The growth of small weights under constant pushes, against a plain integration of the layers.
#include "fusionflow/theory/race/small_network.hpp"

#include <Eigen/SVD>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/random.hpp"
#include "fusionflow/theory/race/potential.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using Eigen::MatrixXd;
using tests::relative;
using theory::small_block;

BOOST_AUTO_TEST_SUITE(small_network)

namespace {

constexpr double forever = std::numeric_limits<double>::infinity();

small_block block(int layers, const MatrixXd& weights, const MatrixXd& push) {
    small_block b;
    b.layers = layers;
    b.weights = weights;
    b.push = push;
    return b;
}

theory::small_growth grow_alone(int layers, const MatrixXd& weights, const MatrixXd& push,
                                double longest = forever, int shared = 0) {
    return theory::grow(std::vector<small_block>(1, block(layers, weights, push)), shared, 0,
                        longest, forever);
}

MatrixXd orthonormal(const MatrixXd& of) {
    const Eigen::JacobiSVD<MatrixXd> parts(of, Eigen::ComputeThinU | Eigen::ComputeThinV);
    return parts.matrixU() * parts.matrixV().transpose();
}

// B = U diag(u^n) V^T of A, the product of balanced layers.
MatrixXd product(const MatrixXd& a, double n) {
    const Eigen::JacobiSVD<MatrixXd> parts(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
    return parts.matrixU() * parts.singularValues().array().pow(n).matrix().asDiagonal() *
           parts.matrixV().transpose();
}

// The end-to-end flow dB/dt = sum_j (B B^T)^((n-j)/n) E (B^T B)^((j-1)/n), classical Runge-Kutta
// steps of a part of the time that growth takes: no layers, no closed form.
MatrixXd end_to_end(MatrixXd b, const MatrixXd& push, int n, double time, int steps) {
    const auto speed = [&](const MatrixXd& at) {
        const Eigen::JacobiSVD<MatrixXd> parts(at, Eigen::ComputeFullU | Eigen::ComputeFullV);
        const auto powers = [&](const MatrixXd& side, double exponent) {
            Eigen::VectorXd values = Eigen::VectorXd::Constant(side.cols(), exponent == 0 ? 1 : 0);
            values.head(parts.singularValues().size()) =
                parts.singularValues().array().pow(exponent);
            return MatrixXd(side * values.asDiagonal() * side.transpose());
        };
        MatrixXd sum = MatrixXd::Zero(at.rows(), at.cols());
        for (int j = 1; j <= n; ++j) {
            sum += powers(parts.matrixU(), 2.0 * (n - j) / n) * push *
                   powers(parts.matrixV(), 2.0 * (j - 1) / n);
        }
        return sum;
    };
    const double h = time / steps;
    for (int i = 0; i < steps; ++i) {
        const MatrixXd k1 = speed(b);
        const MatrixXd k2 = speed(b + h / 2 * k1);
        const MatrixXd k3 = speed(b + h / 2 * k2);
        const MatrixXd k4 = speed(b + h * k3);
        b += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return b;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_block_of_one_column_turns_by_the_closed_form) {
    MatrixXd push(2, 1);
    push << 3, 0;
    MatrixXd start(2, 1);
    start << 0.01 * std::cos(1.1), 0.01 * std::sin(1.1);
    const auto grown = grow_alone(4, start, push);
    // u^-2 / (2 |E|) times 2/(1 + cos theta).
    BOOST_TEST(relative(grown.time, 1e4 / 6 * 2 / (1 + std::cos(1.1))) < 1e-12);
    BOOST_TEST(grown.mode.block == 0);
    BOOST_TEST(relative(grown.mode.rate, 3) < 1e-14);
}

BOOST_AUTO_TEST_CASE(modes_of_their_push_race_each_on_its_own) {
    const MatrixXd push = Eigen::Vector2d(2, 0.5).asDiagonal();
    const MatrixXd start = Eigen::Vector2d(0.01, 0.02).asDiagonal();
    const auto grown = grow_alone(3, start, push);
    BOOST_TEST(relative(grown.time, 100.0 / 2) < 1e-12);
    // 1/u falls from 50 at a rate of 0.5 for a time of 50.
    BOOST_TEST(relative(grown.weights[0](1, 1), 1 / 25.0) < 1e-12);
    BOOST_TEST(grown.weights[0](0, 0) == 0);
}

BOOST_AUTO_TEST_CASE(blocks_that_turn_follow_the_end_to_end_flow) {
    data::random_source random(7);
    for (const int n : {3, 4}) {
        for (const auto& [rows, cols] : {std::pair(2, 2), std::pair(2, 3), std::pair(3, 2)}) {
            const MatrixXd push = random.normal_matrix(rows, cols, 1);
            const MatrixXd start = 0.1 * orthonormal(random.normal_matrix(rows, cols, 1));
            const auto whole = grow_alone(n, start, push);
            const double time = 0.5 * whole.time;
            const auto grown = grow_alone(n, start, push, time);
            const MatrixXd reached = end_to_end(product(start, n), push, n, time, 4000);
            // Steps of 1e-9 relative, some dozens; the other's are of order 4.
            BOOST_TEST((product(grown.weights[0], n) - reached).norm() <= 1e-6 * reached.norm());
            // It goes on from there as if it had not stopped.
            const auto rest = grow_alone(n, grown.weights[0], push);
            BOOST_TEST(relative(time + rest.time, whole.time) < 1e-6);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_trunk_is_the_single_network_of_its_scalars) {
    // One output and scalars: the clock of the first phase, in closed form for one branch with a
    // balanced trunk: t = u^(2-L) / ((L-2) |E|) less that from u = 1.
    MatrixXd push(1, 1);
    push << 2;
    MatrixXd start(1, 1);
    start << 0.01;
    const auto grown = grow_alone(3, start, push, forever, 2);
    BOOST_TEST(relative(grown.time, (1e6 - 1) / (3 * 2)) < 1e-11);
}

BOOST_AUTO_TEST_CASE(a_trunk_whose_outputs_turn_is_one_network_however_it_is_cut) {
    data::random_source random(11);
    const MatrixXd a = random.normal_matrix(2, 2, 1);
    const MatrixXd b = random.normal_matrix(2, 3, 1);
    std::vector<small_block> blocks;
    blocks.push_back(block(3, 0.1 * orthonormal(random.normal_matrix(2, 2, 1)), a));
    blocks.push_back(block(3, 0.1 * orthonormal(random.normal_matrix(2, 3, 1)), b));
    const auto whole = theory::grow(blocks, 1, 0, forever, forever);
    BOOST_REQUIRE(std::isfinite(whole.time));
    const auto half = theory::grow(blocks, 1, 0, whole.time / 2, forever);
    const auto rest = theory::grow({block(3, half.weights[0], a), block(3, half.weights[1], b)}, 1,
                                   0, forever, forever);
    // Read off and started again: the trunk is the root of the branches' squares, which the flow
    // conserves. The rest is the tolerance of the steps, and what 1e4 of growth neglects: 1e-8.
    BOOST_TEST(relative(whole.time / 2 + rest.time, whole.time) < 1e-6);
    BOOST_TEST(half.mode.block == -1);
}

BOOST_AUTO_TEST_CASE(a_weight_against_its_push_shrinks_and_never_arrives) {
    MatrixXd push(1, 1);
    push << -2;
    MatrixXd start(1, 1);
    start << 0.1;
    BOOST_TEST(std::isinf(grow_alone(3, start, push).time));
    const auto later = grow_alone(3, start, push, 5);
    BOOST_TEST(relative(later.weights[0](0, 0), 1 / (10.0 + 10)) < 1e-14);
    BOOST_TEST(std::isinf(grow_alone(3, start, 0 * push).time));
}

BOOST_AUTO_TEST_CASE(a_mode_beyond_its_end_arrives_at_once) {
    theory::small_block block;
    block.layers = 3;
    block.weights = Eigen::MatrixXd::Random(4, 4) / 10;
    block.weights(0, 0) = 2;
    block.push = Eigen::Vector4d(2, 1, 0.5, 0.1).asDiagonal();
    const auto grown = theory::grow({block}, 0, 0, std::numeric_limits<double>::infinity(), 1);
    BOOST_TEST(grown.time == 0);
    BOOST_TEST_REQUIRE(grown.mode.block == 0);
    BOOST_TEST(std::abs(grown.mode.input(0)) > 0.9);
    BOOST_TEST(std::abs(grown.mode.output.dot(grown.weights[0] * grown.mode.input)) < 1e-12);
    // Without any time nothing moves.
    BOOST_TEST((theory::grow({block}, 0, 0, 0, 1).weights[0] - block.weights).norm() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
