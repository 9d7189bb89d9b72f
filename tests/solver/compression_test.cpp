#include "fusionflow/solver/compact/compression.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/krylov.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(compression)

namespace {

using widths = std::vector<Eigen::Index>;

std::unique_ptr<solver::network_compression> compress(const solver::weighted_network& full,
                                                      int rounds) {
    auto growth = std::make_unique<solver::network_compression>(full);
    while (growth->rounds() < rounds) {
        growth->grow();
    }
    return growth;
}

widths widths_of(const solver::weighted_network& n) {
    return solver::hidden_widths::of(n.shape).along_longest_path();
}

// Gradient descent of a network with several outputs, as plain products of matrices.
class many_outputs {
public:
    many_outputs(const solver::weighted_network& n, const data::moments& moments,
                 Eigen::MatrixXd targets)
        : shape_(n.shape), weights_(n.weights), moments_(moments), targets_(std::move(targets)) {}

    [[nodiscard]] Eigen::MatrixXd total() const {
        Eigen::MatrixXd w(targets_.rows(), moments_.dimension());
        for (int m = 0; m < shape_.count(); ++m) {
            w.middleCols(moments_.offset(m), moments_.dim(m)) = product(path(m));
        }
        return w;
    }

    void descend(double rate) {
        const Eigen::MatrixXd residual = targets_ - total() * moments_.covariance();
        solver::state moved = weights_;
        for (int m = 0; m < shape_.count(); ++m) {
            const auto layers = path(m);
            const Eigen::MatrixXd e = residual.middleCols(moments_.offset(m), moments_.dim(m));
            for (std::size_t j = 0; j < layers.size(); ++j) {
                const auto cut = layers.begin() + static_cast<std::ptrdiff_t>(j);
                Eigen::MatrixXd from = e;
                if (j + 1 < layers.size()) {
                    from = product({cut + 1, layers.end()}).transpose() * e;
                }
                if (j > 0) {
                    from = (from * product({layers.begin(), cut}).transpose()).eval();
                }
                solver::matrix(moved.data(), layers[j]) += rate * from;
            }
        }
        weights_ = moved;
    }

private:
    [[nodiscard]] std::vector<solver::layer> path(int m) const {
        std::vector<solver::layer> layers = shape_.branch(m);
        layers.insert(layers.end(), shape_.trunk().begin(), shape_.trunk().end());
        return layers;
    }
    [[nodiscard]] Eigen::MatrixXd product(const std::vector<solver::layer>& layers) const {
        Eigen::MatrixXd all = solver::matrix(weights_.data(), layers.front());
        for (std::size_t j = 1; j < layers.size(); ++j) {
            all = (solver::matrix(weights_.data(), layers[j]) * all).eval();
        }
        return all;
    }

    solver::network_shape shape_;
    solver::state weights_;
    const data::moments& moments_;
    Eigen::MatrixXd targets_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(rounds_widen_the_hidden_spaces_as_the_tree_of_walks_says) {
    const std::array<std::array<widths, 4>, 4> expected = {{
        {widths{5, 9, 4}, {11, 9, 10}, {11, 21, 10}, {23, 45, 22}},
        {widths{4, 12, 4}, {13, 12, 13}, {13, 39, 13}, {40, 100, 40}},
        {widths{3, 8, 5}, {9, 8, 17}, {9, 26, 17}, {27, 80, 53}},
        {widths{3, 6, 3}, {7, 6, 7}, {7, 14, 7}, {15, 30, 15}},
    }};
    constexpr std::array rounds = {4, 5, 6, 8};
    for (std::size_t fusion = 1; fusion <= 4; ++fusion) {
        const auto t = tests::deep_toy_fused_at(static_cast<int>(fusion), 0.1, 100);
        const auto growth = compress(tests::draw_full(t.moments, t.arch, t.init, 1), 8);
        for (std::size_t k = 0; k < rounds.size(); ++k) {
            BOOST_TEST_INFO("fusion " << fusion << ", rounds " << rounds[k]);
            BOOST_TEST((widths_of(growth->network(rounds[k])) == expected[fusion - 1][k]));
        }
        // Twice orthogonalised: epsilon times the root of a space's 100 numbers, times some.
        BOOST_TEST(growth->orthogonality_error() < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(deviations_from_the_full_network_fall_geometrically_with_the_rounds) {
    // docs/theory.md#compressed-networks has these for one seed; another is within a factor of ten.
    const std::array<std::array<double, 4>, 4> expected = {{
        {5e-4, 3e-6, 5e-8, 3e-12},
        {1e-4, 4e-7, 5e-9, 3e-13},
        {7e-5, 3e-7, 3e-9, 3e-13},
        {2e-4, 1e-6, 1e-8, 6e-13},
    }};
    for (std::size_t fusion = 1; fusion <= 4; ++fusion) {
        const auto t = tests::deep_toy_fused_at(static_cast<int>(fusion), 0.1, 100);
        const auto full = tests::draw_full(t.moments, t.arch, t.init, 11);
        const auto growth = compress(full, 8);
        const auto apart = tests::deviations(
            t.moments, full,
            {growth->network(4), growth->network(5), growth->network(6), growth->network(8)}, 6000,
            0.04);
        for (std::size_t k = 0; k < 4; ++k) {
            BOOST_TEST_MESSAGE("fusion " << fusion << " column " << k << ": " << apart[k]);
            BOOST_TEST(apart[k] < 10 * expected[fusion - 1][k]);
            BOOST_TEST(apart[k] > 0.1 * expected[fusion - 1][k]);
        }
    }
}

BOOST_AUTO_TEST_CASE(closed_bases_are_the_network_in_other_coordinates) {
    // Gain two: truncated bases would be of no use. Closed ones are exact: rounding, grown over
    // 2,000 steps.
    const auto moments = tests::random_moments({3, 1, 2}, 5);
    const theory::architecture arch({1, 3, 2}, 2);
    const theory::initialisation init{.u0 = 0.2, .drawn = scheme::gaussian_iid, .width = 25};
    const auto full = tests::draw_full(moments, arch, init, 3);
    solver::network_compression growth(full);
    growth.grow();
    int closed = 0;
    for (growth.grow(); !growth.closed_at(closed); growth.grow()) {
        ++closed;
    }
    BOOST_TEST((widths_of(growth.network(closed)) == widths{25, 25, 25, 25}));
    BOOST_TEST(tests::deviations(moments, full, {growth.network(closed)}, 2000, 0.01)[0] < 1e-11);
    BOOST_TEST(tests::deviations(moments, full, {growth.network(3)}, 2000, 0.01)[0] > 1e-6);
}

BOOST_AUTO_TEST_CASE(balanced_weights_need_one_unit_a_layer) {
    const auto moments = tests::random_moments({3, 2}, 4);
    for (const auto& arch : {theory::architecture({2, 3}, 2), theory::architecture({3, 2}, 0)}) {
        const auto full = tests::draw_full(moments, arch, {.u0 = 0.3, .width = 30}, 3);
        const auto growth = compress(full, 9);
        const auto small = growth->network(8);
        BOOST_TEST(growth->closed_at(8));
        for (const Eigen::Index units : widths_of(small)) {
            BOOST_TEST(units == 1);
        }
        BOOST_TEST(tests::deviations(moments, full, {small}, 1000, 0.02)[0] < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(nearly_dependent_directions_keep_bases_orthonormal_and_weights_right) {
    // Rank one plus noise of 1e-12: what is left after projection has lost twelve digits.
    const auto moments = tests::random_moments({3, 2}, 4);
    const theory::architecture arch({2, 2}, 2);
    auto full = tests::draw_full(moments, arch, {.u0 = 0.3, .width = 30}, 3);
    data::random_source noise(8);
    for (double& w : full.weights) {
        w += 1e-13 * noise.normal();
    }
    const auto growth = compress(full, 4);
    BOOST_TEST(growth->orthogonality_error() < 1e-14);
    BOOST_TEST(widths_of(growth->network(4)).front() > 1);
    BOOST_TEST(tests::deviations(moments, full, {growth->network(4)}, 1000, 0.02)[0] < 1e-12);
}

BOOST_AUTO_TEST_CASE(a_network_of_fewer_rounds_is_a_corner_of_one_of_more) {
    const auto t = tests::deep_toy_fused_at(2, 0.1, 40);
    const auto growth = compress(tests::draw_full(t.moments, t.arch, t.init, 1), 5);
    const auto small = growth->network(3);
    const auto large = growth->network(5);
    const auto a = solver::matrix(small.weights.data(), small.shape.trunk()[0]);
    const auto b = solver::matrix(large.weights.data(), large.shape.trunk()[0]);
    BOOST_TEST(b.rows() > a.rows());
    // Products of other sizes are summed in another order.
    BOOST_TEST((a - b.topLeftCorner(a.rows(), a.cols())).norm() < 1e-15);
}

BOOST_AUTO_TEST_CASE(several_outputs_and_a_width_for_every_layer_are_compressed_alike) {
    const auto moments = tests::random_moments({3, 2}, 9);
    const solver::hidden_widths hidden{{{40, 61}, {37}}, {56, 43}};
    solver::weighted_network full{solver::network_shape(moments.dims(), hidden, 2), {}};
    data::random_source random(4);
    for (Eigen::Index i = 0; i < full.shape.size(); ++i) {
        full.weights.push_back(0.02 * random.normal());
    }
    const Eigen::MatrixXd targets = random.normal_matrix(2, 5, 1) * moments.covariance();
    const auto growth = compress(full, 6);
    many_outputs exact(full, moments, targets);
    many_outputs coarse(growth->network(4), moments, targets);
    many_outputs fine(growth->network(6), moments, targets);
    double coarse_apart = 0;
    double fine_apart = 0;
    for (int step = 0; step < 3000; ++step) {
        exact.descend(0.02);
        coarse.descend(0.02);
        fine.descend(0.02);
        coarse_apart = std::max(coarse_apart, (coarse.total() - exact.total()).norm());
        fine_apart = std::max(fine_apart, (fine.total() - exact.total()).norm());
    }
    BOOST_TEST_MESSAGE("several outputs: " << coarse_apart << ", " << fine_apart);
    // It has learned, so that the comparison means something.
    BOOST_TEST(exact.total().norm() > 0.5);
    // Two rounds divide the error by more than a hundred, as with one output.
    BOOST_TEST(fine_apart < 1e-2 * coarse_apart);
}

BOOST_AUTO_TEST_SUITE_END()
