#include "fusionflow/solver/flows/two_layer_flow.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/flows/network_flow.hpp"
#include "fusionflow/solver/methods/exact.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/theory/finite/refined.hpp"
#include "fusionflow/theory/race/race.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::relative;
using tests::says;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(two_layer_flow)

namespace {

const auto late = theory::architecture::fused(2, 2, 2);

solver::answer from_expected(const data::moments& moments, const theory::architecture& arch,
                             const theory::initialisation& init) {
    return solver::integrate_exact(tests::model_of(moments, arch, init),
                                   solver::two_layer_start::expected(moments, arch, init),
                                   {.rtol = 1e-10});
}

}  // namespace

BOOST_AUTO_TEST_CASE(follows_a_drawn_gaussian_network_exactly) {
    // The network's own P and Q, from its weights; only the solvers' tolerances lie between the
    // two.
    const auto moments = tests::toy(0.4, 2);
    const theory::initialisation init{.u0 = 0.01, .drawn = scheme::gaussian_iid, .width = 7};
    const solver::network_shape shape(moments, late, 7);
    const auto weights = solver::draw_weights(shape, moments, init, 12);
    std::vector<double> plus;
    std::vector<double> minus;
    for (int m = 0; m < 2; ++m) {
        const Eigen::VectorXd w1 = solver::matrix(weights.data(), shape.branch(m)[0]);
        const Eigen::VectorXd w2 = solver::matrix(weights.data(), shape.branch(m)[1]).transpose();
        plus.push_back((w1 + w2).squaredNorm() / 4);
        minus.push_back((w1 - w2).squaredNorm() / 4);
    }
    const auto saddles = theory::race(moments, late, init).saddles;
    solver::two_layer_flow exact(moments, plus, minus);
    solver::network_flow network(shape, moments, weights, false);
    const solver::run_options tight{.rtol = 1e-11};
    const auto a = solver::run_flow(exact, moments, late, saddles, tight);
    const auto b = solver::run_flow(network, moments, late, saddles, tight);
    BOOST_TEST((a.ended == theory::outcome::learned));
    BOOST_TEST(relative(a.times[0], b.times[0]) < 1e-9);
    BOOST_TEST(relative(a.times[1], b.times[1]) < 1e-9);
}

BOOST_AUTO_TEST_CASE(refined_times_are_within_five_in_ten_thousand_of_it) {
    // P0 = 5e-17, sign reversals (rho < 0 here) included. What is left is the second order of the
    // lag, (rate of B / rate of A)^2; without the lag the ratio is up to 1.1 % off.
    const theory::initialisation init{.u0 = 1e-9, .drawn = scheme::gaussian_iid, .width = 100};
    for (const double kappa : {1.5, 2.0, 3.0}) {
        for (int i = -3; i <= 3; ++i) {
            const auto moments = tests::toy(0.3 * i, kappa);
            const auto exact = from_expected(moments, late, init);
            const auto refined =
                theory::refined_two_layer(moments, late, theory::expected_grams(moments, init));
            BOOST_TEST_INFO("rho " << 0.3 * i << " kappa " << kappa);
            BOOST_TEST(relative(refined->times[0], exact.times[0]) < 1e-6);
            BOOST_TEST(relative(refined->time_ratio(), exact.time_ratio()) < 5e-4);
        }
    }
}

BOOST_AUTO_TEST_CASE(refined_times_hold_for_three_modalities) {
    const auto moments = tests::three_scalars();
    const auto arch = theory::architecture::fused(2, 2, 3);
    const theory::initialisation init{.u0 = 1e-9, .drawn = scheme::gaussian_iid, .width = 100};
    const auto exact = from_expected(moments, arch, init);
    const auto refined =
        theory::refined_two_layer(moments, arch, theory::expected_grams(moments, init));
    for (std::size_t m = 0; m < 3; ++m) {
        BOOST_TEST(relative(refined->times[m], exact.times[m]) < 1e-3);
    }
}

BOOST_AUTO_TEST_CASE(first_layers_have_the_norm_that_the_draw_gives_them) {
    // |w1|^2 = P + Q + 2 a_+ . a_-: without the conserved overlap it is off by |w1|^2 - |w2|^2.
    const auto moments = tests::toy(0.4, 2);
    const Eigen::Vector3d w1(0.3, -0.2, 0.5);
    const Eigen::Vector3d w2(0.1, 0.4, 0.2);
    const std::vector<double> plus(2, (w1 + w2).squaredNorm() / 4);
    const std::vector<double> minus(2, (w1 - w2).squaredNorm() / 4);
    const std::vector<double> overlap(2, (w1.squaredNorm() - w2.squaredNorm()) / 4);
    const solver::two_layer_flow exact(moments, plus, minus, overlap);
    Eigen::VectorXd norms(2);
    exact.branch_norms(exact.initial(), norms);
    BOOST_TEST(relative(norms(0), w1.norm()) < 1e-14);
}

BOOST_AUTO_TEST_CASE(refuses_what_it_does_not_hold_for) {
    BOOST_CHECK_EXCEPTION(solver::two_layer_flow(tests::random_moments({2, 1}, 1), {1, 1}, {1, 1}),
                          data::input_error,
                          says("moments: the exact two-layer flow needs scalar modalities"));
    BOOST_CHECK_EXCEPTION(
        solver::two_layer_flow(tests::toy(0, 2), {1, 0}, {1, 1}), data::input_error,
        says("init: the exact two-layer flow needs P > 0 and Q > 0 per modality"));
}

BOOST_AUTO_TEST_SUITE_END()
