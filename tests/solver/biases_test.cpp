// Networks with biases: their gradients against those on samples, compressed and sampled ones, and
// what they need of the data.

#include <Eigen/Cholesky>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/samples.hpp"
#include "fusionflow/solver/networks/descent.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/networks/sample_network.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::says;
using theory::bias_start;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(biases)

namespace {

// Inputs and targets with means that are not zero.
data::samples shifted_samples() {
    data::random_source random(3);
    Eigen::MatrixXd x = random.normal_matrix(30, 5, 1);
    x.col(0).array() += 1.5;
    x.col(3).array() -= 0.7;
    const Eigen::VectorXd weights = random.normal_matrix(5, 1, 1).col(0);
    const Eigen::VectorXd noise = random.normal_matrix(30, 1, 0.1).col(0);
    const Eigen::VectorXd y = (x * weights + noise).array() + 2;
    return {{"A", "B"}, {3, 2}, x, y};
}

theory::initialisation torch_of(std::int64_t width) {
    return {.drawn = &theory::schemes().find("torch"), .width = width};
}

double apart(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
    return (a - b).norm() / b.norm();
}

const auto architectures = {theory::architecture::fused(2, 1, 2),
                            theory::architecture::fused(2, 2, 2),
                            theory::architecture::fused(4, 2, 2), theory::architecture({3, 1}, 2)};

// A short run that does not come to rest.
solver::answer some_epochs(const data::moments& moments, const theory::architecture& arch,
                           const theory::initialisation& init, std::string_view form) {
    tests::network_options how{.learning_rate = 0.02, .max_epochs = 200, .seed = 5, .form = form};
    how.flow.settle = true;
    how.flow.tail = 1e6;
    how.compression.accuracy = 1e-8;
    return tests::simulate(moments, arch, init, how);
}

}  // namespace

BOOST_AUTO_TEST_CASE(moments_and_samples_train_the_same_parameters) {
    // sample_network goes through the samples one by one; rounding is all that may differ.
    const data::samples samples = shifted_samples();
    const data::moments& moments = samples.input_moments();
    for (const auto& arch : architectures) {
        const theory::initialisation init = torch_of(6);
        const solver::network_shape shape(moments, arch, init.width);
        solver::state on_samples = solver::draw_weights(shape, moments, init, 7);
        BOOST_TEST(std::ssize(on_samples) == shape.size_with_biases());
        solver::sample_network reference(shape, samples, {.bias = true});
        BOOST_TEST(reference.size() == shape.size_with_biases());
        const double rate = 0.02;
        auto descent = solver::start_descent(shape, moments, on_samples, {rate, 0});
        solver::state gradient(on_samples.size());
        for (int step = 0; step < 200; ++step) {
            const double loss = reference.gradient(on_samples.data(), gradient.data());
            const double found = solver::loss(moments.centered(), descent->total_weights()) +
                                 descent->mean_loss().now;
            BOOST_TEST(std::abs(found / loss - 1) < 1e-11);
            for (std::size_t i = 0; i < gradient.size(); ++i) {
                on_samples[i] -= rate * gradient[i];
            }
            descent->step();
        }
        const solver::state got = std::move(*descent).take_weights();
        double largest = 0;
        for (std::size_t i = 0; i < got.size(); ++i) {
            largest = std::max(largest, std::abs(got[i] - on_samples[i]));
        }
        BOOST_TEST(largest < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(several_targets_are_trained_with_their_means) {
    // With the second target zero nothing ever leads to its output but its own biases and weights;
    // with a trunk of none the first target's path is that of a network of one target.
    const data::moments one = shifted_samples().input_moments();
    Eigen::MatrixXd correlation = Eigen::MatrixXd::Zero(2, one.dimension());
    correlation.row(0) = one.correlation().transpose();
    const data::moments two =
        data::moments::of_targets(one.names(), one.dims(), one.covariance(), correlation,
                                  one.target_power())
            .with_means({one.means()->inputs, Eigen::Vector2d(one.means()->targets(0), 0)});
    const auto arch = theory::architecture::fused(1, 1, 2);
    const solver::network_shape shape(two, arch, 1);
    solver::state zero(static_cast<std::size_t>(shape.size_with_biases()), 0.0);
    auto both = solver::start_descent(shape, two, zero, {0.02, 0});
    const solver::network_shape single(one, arch, 1);
    auto alone = solver::start_descent(
        single, one, solver::state(static_cast<std::size_t>(single.size_with_biases()), 0.0),
        {0.02, 0});
    for (int step = 0; step < 100; ++step) {
        both->step();
        alone->step();
    }
    const Eigen::VectorXd first = two.matrix(both->total_weights()).row(0).transpose();
    BOOST_TEST(apart(first, alone->total_weights()) < 1e-13);
    BOOST_TEST(two.matrix(both->total_weights()).row(1).norm() == 0);
}

BOOST_AUTO_TEST_CASE(compressed_networks_have_the_same_path) {
    const data::moments moments = shifted_samples().input_moments();
    for (const auto& arch : architectures) {
        const auto full = some_epochs(moments, arch, torch_of(40), "full");
        const auto small = some_epochs(moments, arch, torch_of(40), "compressed");
        BOOST_TEST(apart(small.weights_final, full.weights_final) < 1e-8);
        BOOST_TEST(std::abs(small.loss_final / full.loss_final - 1) < 1e-8);
        BOOST_TEST(small.network->truncation_error < 1e-8);
        if (arch.depth(0) == 2) {  // inputs, output and biases span few dimensions
            BOOST_TEST(small.network->widths[0] <= 8);
        }
    }
}

BOOST_AUTO_TEST_CASE(gradient_flow_is_the_limit_of_small_steps) {
    // Gradient descent differs from it by a part of the order of its step: halving the step halves
    // the difference, and extrapolation leaves the square of it.
    const data::moments moments = shifted_samples().input_moments();
    for (const auto& arch : architectures) {
        const auto run = [&](solver::training_method method, double rate, std::string_view form) {
            tests::network_options how{.method = method,
                                       .learning_rate = rate,
                                       .max_epochs = std::lround(1 / rate),
                                       .seed = 5,
                                       .form = form};
            how.flow.settle = true;
            how.flow.tail = 1e6;
            how.flow.max_time = 1;
            how.flow.rtol = 1e-10;
            return tests::simulate(moments, arch, torch_of(10), how);
        };
        const auto flow = run(solver::training_method::gradient_flow, 0.01, "full");
        const auto coarse = run(solver::training_method::gradient_descent, 1.0 / 1024, "full");
        const auto fine = run(solver::training_method::gradient_descent, 1.0 / 2048, "full");
        const Eigen::VectorXd limit = 2 * fine.weights_final - coarse.weights_final;
        BOOST_TEST(apart(fine.weights_final, flow.weights_final) > 1e-6);
        BOOST_TEST(apart(limit, flow.weights_final) < 1e-4);
        BOOST_TEST(apart(limit, flow.weights_final) <
                   0.1 * apart(fine.weights_final, flow.weights_final));
        const double loss = 2 * fine.loss_final - coarse.loss_final;
        BOOST_TEST(std::abs(loss / flow.loss_final - 1) < 1e-4);
        BOOST_TEST(std::abs(flow.loss_initial / fine.loss_initial - 1) < 1e-12);
        const auto small = run(solver::training_method::gradient_flow, 0.01, "compressed");
        BOOST_TEST(apart(small.weights_final, flow.weights_final) < 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(sampled_networks_draw_biases_of_the_same_size) {
    // |b|^2 of the H hidden units has the mean H/(3 fan_in). 200 draws of H = 1000 numbers leave a
    // standard error of sqrt(2/2e5) = 0.3 %.
    const data::moments moments = shifted_samples().input_moments();
    const auto arch = theory::architecture::fused(3, 2, 2);
    const theory::initialisation init = torch_of(1000);
    double first = 0;
    double fusing = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto growth = tests::growth_of(moments, arch, init, "sampled", seed);
        const solver::weighted_network start = growth->network(0);
        BOOST_TEST_REQUIRE(start.has_biases());
        // One vector a space: the biases of A's units, of B's, of the fused units, of the output.
        const double* b = start.weights.data() + start.shape.size();
        first += b[0] * b[0] / 200;
        fusing += b[2] * b[2] / 200;
    }
    BOOST_TEST(std::abs(first / (1000 / 9.0) - 1) < 0.015);
    BOOST_TEST(std::abs(fusing / (1000 / 6000.0) - 1) < 0.015);
}

BOOST_AUTO_TEST_CASE(zero_biases_change_nothing_where_data_are_centered) {
    const data::moments moments = shifted_samples().input_moments().centered();
    const auto arch = theory::architecture::fused(3, 2, 2);
    const theory::initialisation without = tests::gaussian(0.3, 8);
    theory::initialisation with = without;
    with.biases = bias_start::zero;
    for (const char* form : {"full", "compressed"}) {
        const auto expected = some_epochs(moments, arch, without, form);
        const auto got = some_epochs(moments, arch, with, form);
        BOOST_TEST(apart(got.weights_final, expected.weights_final) < 1e-12);
    }
    const solver::model about = tests::model_of(moments, arch, with);
    BOOST_TEST(!about.biases_matter());
    BOOST_TEST(!solver::find_method("flow").refusal(about).has_value());
}

BOOST_AUTO_TEST_CASE(networks_with_biases_end_at_least_squares_beside_a_constant) {
    const data::moments moments = shifted_samples().input_moments();
    theory::initialisation init = tests::gaussian(0.3, 8);
    init.biases = bias_start::zero;
    tests::network_options how{.learning_rate = 0.02, .max_epochs = 20000, .seed = 2};
    how.flow.tail = 1e6;
    const auto run = tests::simulate(moments, theory::architecture::fused(2, 2, 2), init, how);
    const data::moments centered = moments.centered();
    const Eigen::VectorXd least = centered.covariance().ldlt().solve(centered.correlation());
    BOOST_TEST(apart(run.weights_final, least) < 1e-6);
    BOOST_TEST(std::abs(run.loss_final / solver::loss(centered, least) - 1) < 1e-8);
}

BOOST_AUTO_TEST_CASE(drawn_biases_stay_within_their_bounds) {
    // b = 1/sqrt(fan_in): 3 and 2 inputs, 2 x 50 units at the fusion, 50 above it.
    const data::moments moments = tests::random_moments({3, 2}, 1);
    const auto arch = theory::architecture::fused(3, 2, 2);
    const solver::network_shape shape(moments, arch, 50);
    const solver::state all = solver::draw_weights(shape, moments, torch_of(50), 4);
    const auto largest = [&](Eigen::Index from, Eigen::Index count) {
        return Eigen::Map<const Eigen::VectorXd>(all.data() + shape.size() + from, count)
            .cwiseAbs()
            .maxCoeff();
    };
    for (const auto& [from, fan_in] : {std::pair{0, 3.0}, {50, 2.0}, {100, 100.0}}) {
        // The largest of 50 lies below 0.85 b once in 3000 draws.
        BOOST_TEST(largest(from, 50) < 1 / std::sqrt(fan_in));
        BOOST_TEST(largest(from, 50) > 0.85 / std::sqrt(fan_in));
    }
    BOOST_TEST(largest(150, 1) < 1 / std::sqrt(50.0));
}

BOOST_AUTO_TEST_CASE(refuses_what_knows_no_biases_or_means) {
    const data::moments moments = shifted_samples().input_moments();
    const auto late = theory::architecture::fused(2, 2, 2);
    theory::initialisation init = tests::gaussian(0.1, 5);
    init.biases = bias_start::zero;
    const solver::model about = tests::model_of(moments, late, init);
    for (const char* name : {"formula", "refined", "flow", "exact", "exact-drawn", "chain"}) {
        BOOST_CHECK_EXCEPTION(
            (void)solver::run(name, about), data::input_error,
            says("bias: formulas and flows know no biases: need networks from moments (full, "
                 "compressed or sampled), or --bias none; biases of zero change nothing where "
                 "inputs and targets are centered"));
    }
    const solver::model unknown = tests::model_of(tests::random_moments({3, 2}, 1), late, init);
    BOOST_CHECK_EXCEPTION(
        unknown.validate(), data::input_error,
        says("mean: networks with biases need the means of inputs and targets, which these moments "
             "do not have: make them with fusionflow moments, or leave biases out (--bias none)"));
}

BOOST_AUTO_TEST_SUITE_END()
