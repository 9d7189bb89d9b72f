// The race over modes of several targets.
#include "fusionflow/theory/race/mode_race.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/theory/race/race.hpp"
#include "tests/support/architectures.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using tests::architectures;
using tests::relative;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(mode_race)

namespace {

// y_k = a_k x_Ak + b_k x_Bk for correlated pairs (x_Ak, x_Bk) that nothing else ties to each other:
// K problems of one target each.
struct pairs {
    Eigen::Vector3d a{2.0, 1.1, 0.5};
    Eigen::Vector3d b{0.8, 0.9, 0.7};
    double rho = 0.3;
};

data::moments together(const pairs& p) {
    Eigen::MatrixXd covariance = Eigen::MatrixXd::Identity(6, 6);
    covariance.topRightCorner(3, 3).diagonal().setConstant(p.rho);
    covariance.bottomLeftCorner(3, 3).diagonal().setConstant(p.rho);
    Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(3, 6);
    weights.leftCols(3).diagonal() = p.a;
    weights.rightCols(3).diagonal() = p.b;
    const Eigen::MatrixXd correlation = weights * covariance;
    return data::moments::of_targets({"A", "B"}, {3, 3}, covariance, correlation,
                                     weights.cwiseProduct(correlation).sum());
}

data::moments one_pair(const pairs& p, int k) {
    Eigen::Matrix2d covariance{{1, p.rho}, {p.rho, 1}};
    const Eigen::Vector2d weights(p.a(k), p.b(k));
    const Eigen::VectorXd correlation = covariance * weights;
    return {{"A", "B"}, {1, 1}, covariance, correlation, weights.dot(correlation)};
}

std::vector<double> times_of(const theory::mode_race_result& raced, int m) {
    std::vector<double> times;
    for (const theory::learned_mode& mode : raced.modes) {
        if (mode.modality == m) {
            times.push_back(mode.time);
        }
    }
    return times;
}

}  // namespace

// Phases are the same sums; a least-squares iteration and an inverted integral lie between: 1e-9.
BOOST_AUTO_TEST_CASE(of_one_target_it_is_the_race) {
    for (const unsigned seed : {3U, 4U, 5U}) {
        const auto moments = tests::random_moments({3, 2}, seed);
        const theory::initialisation init{.u0 = 0.01};
        for (const architecture& arch : architectures()) {
            const auto one = theory::race(moments, arch, init);
            const auto modes = theory::mode_race(moments, arch, init);
            BOOST_TEST_CONTEXT(seed << ": " << arch.branch(0) << arch.branch(1) << " + "
                                    << arch.shared()) {
                BOOST_TEST(modes.modes.size() == 2U);
                for (std::size_t m = 0; m < 2; ++m) {
                    BOOST_TEST(relative(modes.answer.times[m], one.answer.times[m]) < 1e-9);
                }
            }
        }
    }
}

// What is left for a modality is judged in its own units.
BOOST_AUTO_TEST_CASE(a_modality_in_small_units_has_modes_too) {
    const auto moments = tests::random_moments({2, 2}, 6, 2);
    constexpr double unit = 1e-11;
    const Eigen::DiagonalMatrix<double, 4> units(1, 1, unit, unit);
    const auto scaled = data::moments::of_targets(
        moments.names(), moments.dims(), units * moments.covariance() * units,
        moments.matrix(moments.correlations()) * units, moments.target_power());
    for (const architecture& arch : {architecture({3, 3}, 0), architecture({3, 3}, 1)}) {
        const auto raced = theory::mode_race(scaled, arch, {.u0 = 0.01});
        BOOST_TEST(times_of(raced, 1).size() == 2U);
        BOOST_TEST(std::isfinite(raced.answer.times[1]));
    }
}

// Where targets do not meet, each is a race of its own.
BOOST_AUTO_TEST_CASE(targets_that_do_not_meet_are_races_of_their_own) {
    const pairs p;
    const theory::initialisation init{.u0 = 0.01};
    for (const architecture& arch : architectures()) {
        const auto modes = theory::mode_race(together(p), arch, init);
        for (int m = 0; m < 2; ++m) {
            std::vector<double> alone;
            for (int k = 0; k < 3; ++k) {
                alone.push_back(theory::race(one_pair(p, k), arch, init)
                                    .answer.times[static_cast<std::size_t>(m)]);
            }
            std::sort(alone.begin(), alone.end());
            const auto times = times_of(modes, m);
            BOOST_TEST_CONTEXT(arch.branch(0)
                               << arch.branch(1) << " + " << arch.shared() << ", modality " << m) {
                BOOST_REQUIRE(times.size() == 3U);
                for (std::size_t k = 0; k < 3; ++k) {
                    BOOST_TEST(relative(times[k], alone[k]) < 1e-9);
                }
            }
        }
    }
}

// Weights that wait for long are not small any more when their mode comes. It arrives at once then:
// a negative time would be nobody's, and the race would never end.
BOOST_AUTO_TEST_CASE(many_modes_from_weights_that_are_not_small_end_in_order) {
    const auto moments = tests::random_moments({20, 20}, 3, 10);
    for (const auto& [depth, fusion] : {std::pair(3, 3), {3, 2}, {4, 4}}) {
        const auto found =
            theory::mode_race(moments, theory::architecture::fused(depth, fusion, 2), {.u0 = 0.1});
        BOOST_TEST_CONTEXT(depth << " layers fused at " << fusion) {
            BOOST_TEST(found.modes.size() <= 20U);
            BOOST_TEST(found.modes.size() >= 10U);
            for (std::size_t i = 1; i < found.modes.size(); ++i) {
                BOOST_TEST(found.modes[i].time >= found.modes[i - 1].time);
            }
            BOOST_TEST(found.answer.warnings.size() <= 3U);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
