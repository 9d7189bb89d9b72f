// The flow of balanced networks of several targets.
#include "solver/targets_flow.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solver/adaptive.hpp"
#include "solver/integrate.hpp"
#include "solver/simulate.hpp"
#include "tests/support/architectures.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"
#include "theory/race.hpp"

using namespace fusionflow;
using tests::architectures;
using tests::relative;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(targets_flow)

namespace {

solver::integrate_options accurate() {
    solver::integrate_options options;
    options.rtol = 1e-10;
    return options;
}

Eigen::MatrixXd conserved(const std::vector<int>& dims, int targets, const solver::state& x) {
    Eigen::Index at = 0;
    Eigen::MatrixXd difference = Eigen::MatrixXd::Zero(targets, targets);
    for (const int dim : dims) {
        const Eigen::Map<const Eigen::MatrixXd> a(x.data() + at, targets, dim);
        difference -= a * a.transpose();
        at += Eigen::Index{targets} * dim;
    }
    const Eigen::Map<const Eigen::MatrixXd> c(x.data() + at, targets, targets);
    return difference + c.transpose() * c;
}

}  // namespace

// A matrix of one row is a vector: times agree to what both integrations are worth, their rtol
// added up over the growth of a few orders of magnitude.
BOOST_AUTO_TEST_CASE(one_target_is_the_reduced_flow) {
    const auto moments = tests::random_moments({3, 2}, 5);
    const theory::initialisation init{.u0 = 0.05};
    for (const architecture& arch : architectures()) {
        solver::targets_flow system(moments, arch, init);
        const auto several = solver::run_flow(
            system, moments, arch, theory::race_saddles(moments, arch, init), accurate());
        const auto one = solver::integrate(moments, arch, init, accurate());
        for (std::size_t m = 0; m < 2; ++m) {
            BOOST_TEST_CONTEXT(arch.branch(0) << arch.branch(1) << " + " << arch.shared()) {
                BOOST_TEST(relative(several.answer.times[m], one.answer.times[m]) < 1e-7);
            }
        }
    }
}

// The full network knows nothing of singular values: gradients of its layers only. Tall and wide
// modalities, more targets than inputs and fewer.
BOOST_AUTO_TEST_CASE(balanced_networks_follow_it) {
    for (const std::vector<int>& dims : {std::vector<int>{4, 2}, std::vector<int>{5, 6}}) {
        const auto moments = tests::random_moments(dims, 8, 3);
        const theory::initialisation init{.u0 = 0.1, .width = 7};
        for (const architecture& arch : architectures()) {
            const auto flow = solver::integrate(moments, arch, init, accurate());
            solver::simulate_options options;
            options.method = solver::training::gradient_flow;
            options.flow.rtol = 1e-10;
            const auto network = solver::simulate(moments, arch, init, options);
            BOOST_TEST_CONTEXT(dims[0] << dims[1] << ": " << arch.branch(0) << arch.branch(1)
                                       << " + " << arch.shared()) {
                BOOST_TEST((flow.answer.ended == theory::outcome::learned));
                for (std::size_t m = 0; m < 2; ++m) {
                    BOOST_TEST(relative(flow.answer.times[m], network.run.answer.times[m]) < 1e-6);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(balance_is_conserved) {
    const auto moments = tests::random_moments({4, 2}, 8, 3);
    const theory::initialisation init{.u0 = 0.1, .trunk_excess = 0.02};
    const architecture arch({2, 3}, 2);
    solver::targets_flow system(moments, arch, init);
    const Eigen::MatrixXd before = conserved({4, 2}, 3, system.initial());
    BOOST_TEST((before - 0.02 * Eigen::Matrix3d::Identity()).norm() < 1e-15);
    solver::state last;
    const auto run = solver::run_flow(system, moments, arch, {}, accurate(), &last);
    BOOST_TEST((run.answer.ended == theory::outcome::learned));
    // Numbers of order 1, rtol 1e-10 a step, a few hundred steps.
    BOOST_TEST((conserved({4, 2}, 3, last) - before).norm() < 1e-7);
}

// Targets, inputs and modalities all have directions of their own here, so that modes mix. What the
// leading order leaves out is of order u0 in branches of three layers; most times are within ten of
// that, and those of modes that lean on each other within five percent. One of sixteen may be off
// by a whole mode: where a plateau has nearly half of |W_m|, the flow crosses half on its way.
BOOST_AUTO_TEST_CASE(the_race_over_modes_tells_its_times) {
    for (const architecture& arch : {architecture({3, 3}, 0), architecture({3, 3}, 1)}) {
        std::vector<double> errors;
        for (unsigned seed = 1; seed <= 8; ++seed) {
            const auto moments = tests::random_moments({4, 3}, seed, 3);
            const theory::initialisation init{.u0 = 1e-3};
            const auto race = theory::race(moments, arch, init);
            const auto flow = solver::integrate(moments, arch, init, {.rtol = 1e-7});
            BOOST_TEST(race.modes.size() == 6U);
            for (std::size_t m = 0; m < 2; ++m) {
                errors.push_back(relative(race.answer.times[m], flow.answer.times[m]));
            }
        }
        std::sort(errors.begin(), errors.end());
        BOOST_TEST(errors[errors.size() / 2] < 0.01);
        BOOST_TEST(errors[errors.size() - 2] < 0.05);
    }
}

BOOST_AUTO_TEST_CASE(needs_balanced_weights_and_room_for_targets) {
    const auto moments = tests::random_moments({4, 2}, 8, 3);
    const auto arch = architecture::fused(2, 2, 2);
    theory::initialisation init{.u0 = 0.1, .drawn = theory::scheme::gaussian};
    BOOST_CHECK_EXCEPTION(solver::integrate(moments, arch, init, accurate()), data::input_error,
                          tests::says("scheme: the reduced flow is that of balanced networks"));
    init = {.u0 = 0.1, .width = 2};
    BOOST_CHECK_EXCEPTION(
        solver::simulate(moments, arch, init, {}), data::input_error,
        tests::says("width: balanced networks of 3 targets need at least as many units in "
                    "a layer, got 2"));
}

BOOST_AUTO_TEST_SUITE_END()
