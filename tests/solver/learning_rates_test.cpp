// Networks whose parts learn at rates of their own: trained at these rates, and by the network that
// learns at one rate.

#include <Eigen/Core>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/samples.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/networks/descent.hpp"
#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/solver/training/train.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(learning_rates)

namespace {

const theory::learning_rates unequal{{0.6, 2.5}, 1.4};

const auto architectures = {theory::architecture::fused(1, 1, 2),
                            theory::architecture::fused(2, 1, 2),
                            theory::architecture::fused(2, 2, 2),
                            theory::architecture::fused(4, 2, 2), theory::architecture({3, 1}, 2)};

solver::model about(const data::moments& moments, const theory::architecture& arch,
                    std::string_view scheme) {
    return {.moments = moments,
            .architecture = arch,
            .init = {.u0 = 0.3, .drawn = &theory::schemes().find(scheme), .width = 7},
            .training = {.learning_rate = 0.02, .max_epochs = 150, .seed = 5, .rates = unequal}};
}

solver::run_options long_enough() {
    solver::run_options options;
    options.settle = true;
    options.tail = 1e6;
    options.compression.accuracy = 1e-9;
    return options;
}

double apart(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
    return (a - b).norm() / b.norm();
}

Eigen::VectorXd as_vector(const solver::state& weights) {
    return Eigen::Map<const Eigen::VectorXd>(weights.data(), std::ssize(weights));
}

}  // namespace

// The steps of the network at one rate, against steps of eta g along the gradient in memory; 150
// epochs leave rounding of 1e-14 a step.
BOOST_AUTO_TEST_CASE(networks_take_steps_of_their_own_rates) {
    for (const auto& arch : architectures) {
        for (const int targets : {1, 2}) {
            const data::moments moments = tests::random_moments({3, 2}, 4, targets);
            for (const auto* scheme : {"gaussian", "torch"}) {
                solver::model asked = about(moments, arch, scheme);
                asked.init.biases = theory::bias_start::none;
                const auto answer = solver::run("full", asked, long_enough());
                solver::model plain = asked;
                plain.training.rates = {};
                const auto start = solver::draw_network(plain, 0);
                BOOST_TEST(apart(as_vector(answer.network->at_start), as_vector(start.weights)) <
                           1e-15);
                const auto descent = solver::start_descent(start.shape, moments, start.weights,
                                                           asked.training.law());
                for (int epoch = 0; epoch < 150; ++epoch) {
                    descent->step();
                }
                BOOST_TEST(apart(answer.weights_final, descent->total_weights()) < 1e-12);
                const solver::state ended = std::move(*descent).take_weights();
                BOOST_TEST(apart(as_vector(answer.network->at_end), as_vector(ended)) < 1e-12);
            }
        }
    }
}

// Networks on samples multiply each parameter's step; with biases so do those from moments.
BOOST_AUTO_TEST_CASE(samples_and_their_moments_agree) {
    data::random_source random(3);
    Eigen::MatrixXd x = random.normal_matrix(30, 5, 1);
    x.col(1).array() += 0.4;
    const Eigen::VectorXd y = x * random.normal_matrix(5, 1, 1).col(0);
    const data::samples samples({"A", "B"}, {3, 2}, x, y);
    for (const auto& arch : architectures) {
        for (const auto biases : {theory::bias_start::none, theory::bias_start::drawn}) {
            solver::model from_moments = about(samples.feature_moments(), arch, "torch");
            from_moments.init.biases = biases;
            solver::model on_samples = from_moments;
            on_samples.samples = std::make_shared<const data::samples>(samples);
            const auto one = solver::run("full", from_moments, long_enough());
            const auto other = solver::run("full", on_samples, long_enough());
            BOOST_TEST(apart(one.weights_final, other.weights_final) < 1e-11);
            BOOST_TEST(apart(as_vector(one.network->at_end), as_vector(other.network->at_end)) <
                       1e-11);
            // To ten times the accuracy that is asked of the compression.
            const auto small = solver::run("compressed", from_moments, long_enough());
            BOOST_TEST(apart(small.weights_final, one.weights_final) < 1e-8);
        }
    }
}

// Flows of the answer at one rate against those that follow the network's own rates.
BOOST_AUTO_TEST_CASE(flows_follow_the_rates) {
    const data::moments moments = tests::random_moments({3, 2}, 4).with_zero_means();
    for (const auto& arch : architectures) {
        solver::model asked = about(moments, arch, "gaussian");
        asked.training.method = solver::training_method::gradient_flow;
        solver::run_options options = long_enough();
        options.max_time = 3;
        options.rtol = 1e-11;
        const auto at_one_rate = solver::run("full", asked, options);
        asked.init.biases = theory::bias_start::zero;  // which stay at zero
        const auto at_its_own = solver::run("full", asked, options);
        BOOST_TEST(apart(at_one_rate.weights_final, at_its_own.weights_final) < 1e-8);
    }
}

// W_{j+1}^T W_{j+1} / g_{j+1} - W_j W_j^T / g_j is conserved, at the fusion with the sum over
// branches.
BOOST_AUTO_TEST_CASE(what_a_flow_conserves_is_divided_by_the_rates) {
    solver::model asked =
        about(tests::random_moments({3, 2}, 4), theory::architecture::fused(3, 2, 2), "gaussian");
    asked.training.method = solver::training_method::gradient_flow;
    solver::run_options options = long_enough();
    options.max_time = 3;
    options.rtol = 1e-11;
    const auto answer = solver::run("full", asked, options);
    const auto& network = *answer.network;
    const auto conserved = [&](const solver::state& w) {
        const auto layer = [&](const solver::layer& l) { return solver::matrix(w.data(), l); };
        const auto& shape = network.shape;
        Eigen::MatrixXd meeting =
            layer(shape.trunk()[0]).transpose() * layer(shape.trunk()[0]) / 1.4;
        for (int m = 0; m < 2; ++m) {
            meeting -= layer(shape.branch(m)[1]) * layer(shape.branch(m)[1]).transpose() /
                       unequal.branch(m);
        }
        return meeting;
    };
    const Eigen::MatrixXd before = conserved(network.at_start);
    const Eigen::MatrixXd after = conserved(network.at_end);
    BOOST_TEST((after - before).norm() < 1e-8 * before.norm());
    BOOST_TEST((as_vector(network.at_end) - as_vector(network.at_start)).norm() > 0.1);
}

// Where balanced networks are asked about, the reduced flow is exact for them at any rates.
BOOST_AUTO_TEST_CASE(reduced_flows_stand_for_balanced_networks) {
    const data::moments moments = tests::random_moments({2, 2}, 7);
    for (const auto& arch :
         {theory::architecture::fused(2, 2, 2), theory::architecture::fused(3, 2, 2),
          theory::architecture({1, 2}, 1)}) {
        solver::model asked = about(moments, arch, "balanced");
        asked.training.method = solver::training_method::gradient_flow;
        asked.init.u0 = 1e-2;
        solver::run_options options;
        options.rtol = 1e-10;
        options.record = true;
        const auto flow = solver::run("flow", asked, options);
        const auto network = solver::run("full", asked, options);
        for (std::size_t m = 0; m < 2; ++m) {
            // Ten times rtol for each of the two.
            BOOST_TEST(flow.times[m] == network.times[m], boost::test_tools::tolerance(2e-9));
            BOOST_TEST(flow.levels[m].norm == network.levels[m].norm,
                       boost::test_tools::tolerance(1e-9));
        }
        const auto& norms = network.path.norms.front();
        const auto& total = network.path.weights.front();
        BOOST_TEST(norms(1) == moments.part(total, 1).norm(), boost::test_tools::tolerance(1e-12));
    }
}

BOOST_AUTO_TEST_CASE(weight_decay_has_no_rates_of_parts) {
    solver::model asked =
        about(tests::toy(0.5, 2), theory::architecture::fused(2, 2, 2), "balanced");
    asked.training.weight_decay = 0.01;
    BOOST_CHECK_EXCEPTION((void)solver::run("flow", asked), data::input_error,
                          says("learning-rates: cannot be combined with weight-decay"));
}

BOOST_AUTO_TEST_SUITE_END()
