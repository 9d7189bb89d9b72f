#include "fusionflow/solver/flows/gram_flow.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/flows/early_flow.hpp"
#include "fusionflow/solver/flows/network_flow.hpp"
#include "fusionflow/solver/flows/one_way_flow.hpp"
#include "fusionflow/solver/flows/two_layer_flow.hpp"
#include "fusionflow/solver/methods/exact.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/theory/race/race.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using solver::two_layer_start;
using tests::relative;
using tests::says;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(gram_flow)

namespace {

const auto late = theory::architecture::fused(2, 2, 2);
const auto early = theory::architecture::fused(2, 1, 2);

// dW/dt at a state: W is bilinear in the two layers, so a central difference is exact.
Eigen::VectorXd speed_of_weights(solver::flow& system, const solver::state& x, Eigen::Index size) {
    solver::state speed(x.size());
    system.derivative(x, speed);
    Eigen::VectorXd ends[2] = {Eigen::VectorXd(size), Eigen::VectorXd(size)};
    for (const int side : {0, 1}) {
        solver::state aside = x;
        for (std::size_t i = 0; i < x.size(); ++i) {
            aside[i] += (side == 0 ? -0.5 : 0.5) * speed[i];
        }
        system.total_weights(aside, ends[side]);
    }
    return ends[1] - ends[0];
}

// F_top^T F_top - F_last^T F_last of the block at `at`, r x r: W1 W1^T - w2^T w2 of the network in
// its rotated hidden space, which gradient flow conserves.
Eigen::MatrixXd imbalance(const solver::state& x, Eigen::Index at, Eigen::Index rank,
                          Eigen::Index inputs) {
    const Eigen::Map<const Eigen::MatrixXd> top(x.data() + at, rank, inputs);
    const Eigen::Map<const Eigen::VectorXd> last(x.data() + at + rank * inputs, rank);
    return top * top.transpose() - last * last.transpose();
}

}  // namespace

BOOST_AUTO_TEST_CASE(total_weights_move_as_those_of_the_network) {
    const auto moments = tests::random_moments({2, 3}, 4);
    for (const auto& arch : {late, early}) {
        for (const int width : {1, 3, 20}) {
            const theory::initialisation init{
                .u0 = 0.4, .drawn = scheme::gaussian_iid, .width = width};
            const solver::network_shape shape(moments, arch, width);
            const auto weights = solver::draw_weights(shape, moments, init, 6);
            solver::network_flow network(shape, moments, weights, false);
            solver::gram_flow rotated(moments,
                                      two_layer_start::from_network(shape, weights, false));
            Eigen::VectorXd expected(5);
            Eigen::VectorXd measured(5);
            network.total_weights(weights, expected);
            rotated.total_weights(rotated.initial(), measured);
            BOOST_TEST((measured - expected).norm() < 1e-14 * expected.norm());
            const auto speed = speed_of_weights(network, weights, 5);
            BOOST_TEST((speed_of_weights(rotated, rotated.initial(), 5) - speed).norm() <
                       1e-13 * speed.norm());
            network.branch_norms(weights, expected);
            rotated.branch_norms(rotated.initial(), measured);
            BOOST_TEST((measured - expected).head(2).norm() < 1e-14 * expected.head(2).norm());
        }
    }
}

BOOST_AUTO_TEST_CASE(error_is_relative_to_the_rows_of_its_modality) {
    // Early fusion, one block, B a million times smaller than A: an error in the rows of B counts
    // by the norm of B, one in the last row by that of the last row.
    const auto moments = tests::random_moments({2, 1}, 4);
    const solver::network_shape shape(moments, early, 1);
    solver::gram_flow flow(moments,
                           two_layer_start::from_network(shape, {3e-2, 4e-2, 1e-8, 1e-3}, false));
    const solver::state x = flow.initial();
    const auto error_at = [&](std::size_t i, double e) {
        solver::state error(4, 0.0);
        error[i] = e;
        return flow.relative_error(x, error);
    };
    BOOST_TEST(relative(error_at(1, 1e-9), 1e-9 / 5e-2) < 1e-12);
    BOOST_TEST(relative(error_at(2, 1e-9), 1e-9 / 1e-8) < 1e-12);
    BOOST_TEST(relative(error_at(3, 1e-9), 1e-9 / 1e-3) < 1e-12);
    BOOST_TEST(std::isinf(error_at(2, std::numeric_limits<double>::quiet_NaN())));
}

BOOST_AUTO_TEST_CASE(rows_of_zero_are_measured_by_their_block) {
    const auto moments = tests::toy(0, 2);
    const solver::network_shape shape(moments, early, 1);
    const solver::gram_flow flow(moments,
                                 two_layer_start::from_network(shape, {3e-9, 0, 4e-9}, false));
    const solver::state x = flow.initial();
    BOOST_TEST(relative(flow.relative_error(x, {0, 5e-12, 0}), 1e-3) < 1e-12);
}

BOOST_AUTO_TEST_CASE(what_gradient_flow_conserves_is_conserved) {
    // Relative to the largest F^2; an error of 1e-11 a step, some hundred steps.
    const auto moments = tests::random_moments({2, 3}, 4);
    const theory::initialisation init{.u0 = 0.1, .drawn = scheme::gaussian_iid, .width = 20};
    for (const auto& arch : {late, early}) {
        const auto start = two_layer_start::drawn(moments, arch, init, 2);
        solver::gram_flow flow(moments, start);
        const solver::state before = flow.initial();
        const auto [run, after, none] =
            solver::follow_flow(flow, moments, arch, theory::race_saddles(moments, arch, init),
                                {.rtol = 1e-11, .settle = true, .tail = 1});
        BOOST_TEST((run.ended == theory::outcome::learned));
        Eigen::Index at = 0;
        for (const auto& block : start.blocks()) {
            const Eigen::Index rank = block.weights.rows();
            const Eigen::Index inputs = block.weights.cols() - 1;
            const Eigen::MatrixXd first = imbalance(before, at, rank, inputs);
            const Eigen::MatrixXd last = imbalance(after, at, rank, inputs);
            const double scale =
                Eigen::Map<const Eigen::VectorXd>(after.data() + at, block.weights.size())
                    .squaredNorm();
            BOOST_TEST((last - first).norm() < 1e-9 * scale);
            BOOST_TEST(std::abs(last.trace() - first.trace()) < 1e-9 * scale);
            at += block.weights.size();
        }
    }
}

BOOST_AUTO_TEST_CASE(scalar_modalities_follow_the_sinh_coordinates) {
    // Two codes that share the step loop only. rtol 1e-11 a step, some hundred steps; the sign
    // reversal of B is among them.
    for (const double rho : {0.4, -0.8}) {
        const auto moments = tests::toy(rho, 2);
        const theory::initialisation init{.u0 = 1e-4, .drawn = scheme::gaussian, .width = 7};
        const auto start = two_layer_start::drawn(moments, late, init, 3);
        const auto saddles = theory::race_saddles(moments, late, init);
        const solver::run_options tight{.rtol = 1e-11};
        const auto sinh =
            solver::integrate_exact(tests::model_of(moments, late, init), start, tight);
        solver::gram_flow flow(moments, start);
        const auto gram = solver::run_flow(flow, moments, late, saddles, tight);
        BOOST_TEST(sinh.equations == "sinh");
        BOOST_TEST((gram.ended == theory::outcome::learned));
        for (std::size_t m = 0; m < 2; ++m) {
            BOOST_TEST(relative(gram.times[m], sinh.times[m]) < 1e-9);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_modality_without_residual_stays_where_it_is) {
    Eigen::MatrixXd covariance = Eigen::MatrixXd::Identity(3, 3);
    covariance(1, 2) = covariance(2, 1) = 0.5;
    const data::moments moments({"A", "B"}, {1, 2}, covariance, Eigen::Vector3d(1, 0, 0), 1);
    const theory::initialisation init{.u0 = 1e-3, .drawn = scheme::gaussian, .width = 2};
    const auto start = two_layer_start::drawn(moments, late, init, 1);
    solver::gram_flow flow(moments, start);
    const auto run = solver::run_flow(flow, moments, late,
                                      theory::race_saddles(moments, late, init), {.rtol = 1e-10});
    BOOST_TEST((run.ended == theory::outcome::permanent_bias));
    BOOST_TEST(std::isfinite(run.times[0]));
    BOOST_TEST(std::isinf(run.times[1]));
    Eigen::VectorXd before(3);
    flow.total_weights(flow.initial(), before);
    // The residual that B's own weights of 1e-6 leave relaxes at a rate of 1e-3 squared.
    BOOST_TEST((run.weights_final - before).tail(2).norm() < 1e-3 * before.tail(2).norm());
}

BOOST_AUTO_TEST_CASE(refuses_starts_of_other_modalities_and_weights_of_nothing) {
    const auto moments = tests::random_moments({2, 3}, 4);
    const theory::initialisation init{.drawn = scheme::gaussian_iid, .width = 4};
    const auto refused = says(
        "moments: the initial weights of the exact two-layer flow do not fit the modalities of "
        "these moments");
    for (const auto& other : {tests::random_moments({3, 2}, 4), tests::toy(0, 2),
                              tests::random_moments({2, 3, 1}, 1)}) {
        const auto arch = theory::architecture::fused(2, 2, other.count());
        BOOST_CHECK_EXCEPTION(
            solver::gram_flow(moments, two_layer_start::drawn(other, arch, init, 1)),
            data::input_error, refused);
    }
    const solver::network_shape shape(moments, late, 2);
    BOOST_CHECK_EXCEPTION(
        solver::gram_flow(
            moments, two_layer_start::from_network(
                         shape, solver::state(static_cast<std::size_t>(shape.size()), 0.0), false)),
        data::input_error,
        says("init: the exact two-layer flow needs larger weights: the squares of a block "
             "underflow"));
}

// Central differences of step 1e-6: 1e-12 of a third derivative, rounding 1e-10 of the terms.
BOOST_AUTO_TEST_CASE(jacobians_are_those_of_the_derivatives) {
    const auto moments = tests::random_moments({2, 3}, 4);
    const auto scalars = tests::toy(0.4, 2);
    const theory::initialisation init{.u0 = 0.4, .drawn = scheme::gaussian_iid, .width = 20};
    const auto start_late = two_layer_start::drawn(moments, late, init, 2);
    const auto start_early = two_layer_start::drawn(moments, early, init, 2);
    solver::gram_flow of_late(moments, start_late);
    solver::gram_flow of_early(moments, start_early);
    solver::one_way_flow one_way(moments, start_late, 1);
    BOOST_TEST_REQUIRE(solver::early_flow::serves(moments, start_early));
    solver::early_flow on_clock(moments, start_early);
    solver::two_layer_flow sinh(scalars, {0.3, 0.2}, {0.1, 0.4});
    for (solver::flow* system :
         {static_cast<solver::flow*>(&of_late), static_cast<solver::flow*>(&of_early),
          static_cast<solver::flow*>(&one_way), static_cast<solver::flow*>(&on_clock),
          static_cast<solver::flow*>(&sinh)}) {
        solver::state x = system->initial();
        solver::state up(x.size());
        solver::state down(x.size());
        Eigen::MatrixXd j;
        system->jacobian(x, j);
        for (Eigen::Index i = 0; i < j.cols(); ++i) {
            const auto at = static_cast<std::size_t>(i);
            const double kept = x[at];
            x[at] = kept + 1e-6;
            system->derivative(x, up);
            x[at] = kept - 1e-6;
            system->derivative(x, down);
            x[at] = kept;
            for (Eigen::Index k = 0; k < j.rows(); ++k) {
                const auto of = static_cast<std::size_t>(k);
                BOOST_TEST(std::abs(j(k, i) - (up[of] - down[of]) / 2e-6) <
                           1e-8 * (1 + j.col(i).norm()));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_clock_of_output_weights_needs_some) {
    // Output weights that begin at zero have no direction.
    const auto moments = tests::random_moments({2, 1}, 4);
    const solver::network_shape shape(moments, early, 1);
    const auto serves = [&](const solver::state& weights) {
        return solver::early_flow::serves(moments,
                                          two_layer_start::from_network(shape, weights, false));
    };
    BOOST_TEST(serves({3e-2, 4e-2, 1e-2, 1e-2}) != serves({3e-2, 4e-2, 1e-2, -1e-2}));
    BOOST_TEST(!serves({3e-2, 4e-2, 1e-2, 1e-4}));
    BOOST_TEST(!solver::early_flow::serves(
        moments, two_layer_start::drawn(moments, late, {.drawn = scheme::gaussian}, 1)));
}

BOOST_AUTO_TEST_SUITE_END()
