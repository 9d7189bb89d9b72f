#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/finite/refined.hpp"
#include "fusionflow/theory/race/race.hpp"
#include "fusionflow/theory/race/weight_decay.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::relative;
using tests::says;
using theory::outcome;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(simulate)

namespace {

tests::network_options gradient_flow() {
    tests::network_options options;
    options.method = solver::training_method::gradient_flow;
    options.flow.rtol = 1e-10;
    return options;
}

// A balanced network follows the reduced flow; both have rtol 1e-10 a step, some hundred to four
// thousand steps: 1e-7 is the promise, 1e-10 is what is seen.
void agrees(const data::moments& moments, const theory::architecture& arch) {
    const theory::initialisation init{.u0 = 0.1, .width = 20};
    const auto flow = tests::integrate(moments, arch, init, {.rtol = 1e-10});
    const auto network = tests::simulate(moments, arch, init, gradient_flow());
    BOOST_TEST_INFO("branches " << arch.branch(0) << " shared " << arch.shared());
    BOOST_TEST((flow.ended == outcome::learned));
    BOOST_TEST((network.ended == outcome::learned));
    for (std::size_t m = 0; m < flow.times.size(); ++m) {
        BOOST_TEST(relative(network.times[m], flow.times[m]) < 1e-7);
    }
    BOOST_TEST(solver::balance_drift(network.network->shape, network.network->at_start,
                                     network.network->at_end) < 1e-8);
}

}  // namespace

BOOST_AUTO_TEST_CASE(balanced_networks_follow_the_reduced_flow_scalar_modalities) {
    for (int depth = 2; depth <= 5; ++depth) {
        for (int fusion = 1; fusion <= depth; ++fusion) {
            agrees(tests::toy(0.5, 2), theory::architecture::fused(depth, fusion, 2));
        }
    }
}

BOOST_AUTO_TEST_CASE(balanced_networks_follow_the_reduced_flow_vector_modalities) {
    for (int depth = 2; depth <= 5; ++depth) {
        for (int fusion = 1; fusion <= depth; ++fusion) {
            agrees(tests::random_moments({3, 5}, 7), theory::architecture::fused(depth, fusion, 2));
        }
    }
}

BOOST_AUTO_TEST_CASE(balanced_networks_follow_the_reduced_flow_three_modalities) {
    agrees(tests::three_scalars(), theory::architecture({2, 3, 2}, 1));
    agrees(tests::three_scalars(), theory::architecture({2, 3, 2}, 0));
    agrees(tests::random_moments({3, 1, 2}, 5), theory::architecture({2, 2, 3}, 2));
}

BOOST_AUTO_TEST_CASE(unequal_norms_and_an_unbalanced_trunk_follow_it_too) {
    const auto moments = tests::toy(0.5, 2);
    const auto arch = theory::architecture::fused(4, 2, 2);
    const theory::initialisation init{
        .width = 12, .branch_norms = {0.05, 0.15}, .trunk_excess = 0.04};
    const auto flow = tests::integrate(moments, arch, init, {.rtol = 1e-10});
    const auto network = tests::simulate(moments, arch, init, gradient_flow());
    for (std::size_t m = 0; m < 2; ++m) {
        BOOST_TEST(relative(network.times[m], flow.times[m]) < 1e-7);
    }
}

BOOST_AUTO_TEST_CASE(gradient_descent_tends_to_the_flow_at_first_order) {
    const auto moments = tests::toy(0.5, 2);
    const auto arch = theory::architecture::fused(3, 2, 2);
    const theory::initialisation init{.u0 = 0.1, .width = 8};
    const double exact = tests::integrate(moments, arch, init, {.rtol = 1e-11}).times[1];
    const auto error = [&](double eta) {
        tests::network_options options;
        options.learning_rate = eta;
        return relative(tests::simulate(moments, arch, init, options).times[1], exact);
    };
    const double coarse = error(0.01);
    const double fine = error(0.005);
    // Explicit Euler: halving the step halves the error, up to its second order.
    BOOST_TEST(std::abs(coarse / fine - 2) < 0.2);
}

BOOST_AUTO_TEST_CASE(gaussian_two_layer_networks_meet_the_refined_time_with_its_discrete_steps) {
    // The paper's set-up: kappa = 3, rho = 0, sigma = 1e-9, H = 100, eta = 0.02. The draw moves ln
    // P0 by about sqrt(2/H) = 0.14 of 37.5, a standard error of 0.1 % over 20 seeds; 1.5 % also
    // holds the steps near saturation, which the formula takes as flow.
    const auto moments = tests::toy(0, 3);
    const auto arch = theory::architecture::fused(2, 2, 2);
    const theory::initialisation init{.u0 = 1e-9, .drawn = scheme::gaussian_iid, .width = 100};
    const auto predicted =
        theory::refined_two_layer(moments, arch, theory::expected_grams(moments, init), 0.02);
    double mean = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        tests::network_options options;
        options.learning_rate = 0.02;
        options.seed = seed;
        const auto network = tests::simulate(moments, arch, init, options);
        BOOST_TEST((network.ended == outcome::learned));
        BOOST_TEST(relative(network.epochs()[0] * 0.02, network.times[0]) < 1e-14);
        mean += network.times[0] / 20;
    }
    BOOST_TEST(relative(mean, predicted->times[0]) < 0.015);
}

BOOST_AUTO_TEST_CASE(training_ends_at_the_least_squares_solution) {
    const auto moments = tests::random_moments({3, 2}, 7);
    auto options = gradient_flow();
    options.flow.tail = 10;
    const auto network = tests::simulate(moments, theory::architecture::fused(3, 2, 2),
                                         {.u0 = 0.1, .width = 10}, options);
    const auto all = theory::solve_partial(moments, {0, 1});
    // The slowest direction relaxes at a rate of about the smallest eigenvalue; ten times t_B leave
    // less than the solver's tolerance.
    BOOST_TEST((network.weights_final - all.weights).norm() < 1e-6 * all.weights.norm());
}

BOOST_AUTO_TEST_CASE(seeds_decide_random_networks_and_nothing_else) {
    const auto moments = tests::toy(0.5, 2);
    const auto arch = theory::architecture::fused(2, 2, 2);
    const theory::initialisation init{.u0 = 1e-3, .drawn = scheme::gaussian, .width = 10};
    const auto time = [&](std::uint64_t seed) {
        tests::network_options options;
        options.seed = seed;
        return tests::simulate(moments, arch, init, options).times[0];
    };
    BOOST_TEST(time(1) == time(1));
    BOOST_TEST(time(1) != time(2));
}

BOOST_AUTO_TEST_CASE(divergence_and_limits_have_their_names) {
    const auto moments = tests::toy(0.5, 2);
    const auto arch = theory::architecture::fused(3, 3, 2);
    tests::network_options wild;
    wild.learning_rate = 50;
    const auto diverged = tests::simulate(moments, arch, {.u0 = 0.5, .width = 5}, wild);
    BOOST_TEST((diverged.ended == outcome::diverged));
    BOOST_TEST(std::isnan(diverged.times[0]));
    BOOST_TEST(std::isfinite(diverged.loss_final));
    tests::network_options brief;
    brief.max_epochs = 10;
    const auto stopped = tests::simulate(moments, arch, {.u0 = 0.1, .width = 5}, brief);
    BOOST_TEST((stopped.ended == outcome::time_limit));
    BOOST_TEST(stopped.work.steps == 10);
    tests::network_options first;
    first.flow.until = 1;
    const auto one = tests::simulate(moments, arch, {.u0 = 0.1, .width = 5}, first);
    BOOST_TEST((one.ended == outcome::stopped));
    BOOST_TEST(one.times[0] <= one.time_final);
    BOOST_TEST(std::isnan(one.times[1]));
}

// Below and above the threshold; uncorrelated, so that |E~_B| = |s_B| = 1 whatever A does.
BOOST_AUTO_TEST_CASE(under_weight_decay_two_layers_learn_what_the_race_says) {
    const auto arch = theory::architecture::fused(2, 2, 2);
    const auto moments = tests::toy(0, 2);
    for (const auto* drawn : {scheme::balanced, scheme::gaussian_iid}) {
        const theory::initialisation init{.u0 = 1e-4, .drawn = drawn, .width = 20};
        for (const auto method :
             {solver::training_method::gradient_descent, solver::training_method::gradient_flow}) {
            for (const double decay : {0.9, 1.1}) {
                tests::network_options options;
                options.method = method;
                options.weight_decay = decay;
                const auto raced = theory::race(moments, arch, init, decay).answer;
                const auto found = tests::simulate(moments, arch, init, options);
                BOOST_TEST((found.ended == raced.ended));
                BOOST_TEST((raced.ended == (decay < 1 ? outcome::learned : outcome::decayed)));
                BOOST_TEST(std::isfinite(found.times[1]) == (decay < 1));
            }
        }
    }
}

// The rates r - lambda as the exponents of growth: from u0 to u0^2 the times grow by ln(1/u0) /
// (r - lambda), up to the draw of the flow's tolerance.
BOOST_AUTO_TEST_CASE(under_weight_decay_two_layers_grow_at_r_minus_lambda) {
    const auto arch = theory::architecture::fused(2, 2, 2);
    auto options = gradient_flow();
    options.weight_decay = 0.5;
    const auto times = [&](double u0) {
        return tests::simulate(tests::toy(0, 2), arch, {.u0 = u0, .width = 5}, options).times;
    };
    const auto late = times(1e-8);
    const auto early = times(1e-4);
    // What is neglected is W at the start, 1e-8 of its end.
    BOOST_TEST(relative(late[0] - early[0], std::log(1e4) / 3.5) < 1e-6);
    BOOST_TEST(relative(late[1] - early[1], std::log(1e4) / 0.5) < 1e-6);
}

BOOST_AUTO_TEST_CASE(under_weight_decay_deep_networks_rest_where_residual_and_pull_balance) {
    const auto moments = tests::random_moments({2, 2}, 7);
    for (const auto& arch :
         {theory::architecture::fused(3, 2, 2), theory::architecture::fused(3, 1, 2)}) {
        auto options = gradient_flow();
        options.weight_decay = 0.005;
        options.flow.tail = 200;
        const auto network = tests::simulate(moments, arch, {.u0 = 0.3, .width = 8}, options);
        BOOST_TEST((network.ended == outcome::learned));
        const auto rest = theory::solve_partial(moments, {0, 1}, arch, 0.005);
        // As without decay: relaxation leaves less than the solver's tolerance.
        BOOST_TEST((network.weights_final - rest.weights).norm() < 1e-6 * rest.weights.norm());
    }
}

// Zero attracts where branches have three and more layers: with lambda above u0 |s| everything that
// is there at the start shrinks.
BOOST_AUTO_TEST_CASE(weight_decay_keeps_small_deep_networks_at_zero) {
    for (const auto* drawn : {scheme::balanced, scheme::gaussian}) {
        const auto network =
            tests::simulate(tests::toy(0.5, 2), theory::architecture::fused(3, 3, 2),
                            {.u0 = 0.01, .drawn = drawn, .width = 10}, [] {
                                tests::network_options options;
                                options.weight_decay = 0.2;
                                return options;
                            }());
        BOOST_TEST((network.ended == outcome::decayed));
        BOOST_TEST(network.times[0] == theory::never);
        BOOST_TEST(network.weights_final.norm() < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(refuses_weight_decay_that_is_none) {
    tests::network_options options;
    options.weight_decay = -0.1;
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("weight-decay: need finite lambda >= 0, got -0.1"));
    options.weight_decay = 200;
    BOOST_CHECK_EXCEPTION(
        options.validate(), data::input_error,
        says("weight-decay: need lambda x learning rate below 1, got 200 x 0.01"));
}

BOOST_AUTO_TEST_CASE(refuses_steps_that_are_none) {
    tests::network_options options;
    options.learning_rate = -0.1;
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("learning-rate: need finite eta > 0, got -0.1"));
    options = {};
    options.max_epochs = 0;
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("max-epochs: need at least 1, got 0"));
    BOOST_CHECK_EXCEPTION((void)solver::parse_training_method("sgd"), data::input_error,
                          says("method: need gd or flow, got 'sgd'"));
}

BOOST_AUTO_TEST_SUITE_END()
