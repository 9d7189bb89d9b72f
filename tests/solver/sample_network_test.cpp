#include "fusionflow/solver/networks/sample_network.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/drawn_samples.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/networks/gradient.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(sample_network)

namespace {

// Modalities of 3 and 2 inputs; targets of +-1, which every loss takes. 61 samples leave a block
// and a register incomplete.
data::samples small_data(long count = 61) {
    data::random_source random(7);
    Eigen::MatrixXd inputs = random.normal_matrix(count, 5, 1);
    Eigen::VectorXd targets = random.normal_matrix(count, 1, 1);
    return data::samples({"A", "B"}, {3, 2}, inputs, targets).labelled();
}

// Unequal branches, two trunk layers, a width of its own for every space.
solver::network_shape odd_shape() {
    return {{3, 2}, {.branches = {{5, 4}, {7}}, .trunk = {6, 3}}, 1};
}

// Two layers, late.
solver::network_shape late_shape(Eigen::Index width) {
    return {{3, 2}, {.branches = {{width}, {width}}, .trunk = {}}, 1};
}

solver::state random_parameters(Eigen::Index count, unsigned seed) {
    data::random_source random(seed);
    solver::state parameters(static_cast<std::size_t>(count));
    for (double& p : parameters) {
        p = 0.6 * random.normal();
    }
    return parameters;
}

// The network written down sample by sample, layer by layer.
double plain_loss(const solver::network_shape& shape, const data::samples& data,
                  const solver::sample_options& options, const solver::state& parameters) {
    Eigen::Index bias = shape.size();
    const auto take = [&](Eigen::Index units) {
        Eigen::VectorXd taken = Eigen::VectorXd::Zero(units);
        if (options.bias) {
            taken = Eigen::Map<const Eigen::VectorXd>(parameters.data() + bias, units);
            bias += units;
        }
        return taken;
    };
    const auto phi = [&](const Eigen::VectorXd& z) -> Eigen::VectorXd {
        return z.unaryExpr([&](double v) { return v > 0 ? v : options.units.slope * v; });
    };
    double sum = 0;
    for (Eigen::Index n = 0; n < data.count(); ++n) {
        bias = shape.size();
        Eigen::VectorXd meeting = Eigen::VectorXd::Zero(shape.branch(0).back().rows);
        Eigen::Index column = 0;
        for (int m = 0; m < shape.count(); ++m) {
            Eigen::VectorXd h =
                data.inputs().row(n).segment(column, shape.branch(m).front().cols).transpose();
            column += h.size();
            for (const auto& l : shape.branch(m)) {
                const Eigen::VectorXd z = solver::matrix(parameters.data(), l) * h;
                if (&l == &shape.branch(m).back()) {
                    meeting += z;
                } else {
                    h = phi(z + take(l.rows));
                }
            }
        }
        Eigen::VectorXd z = meeting + take(meeting.size());
        for (const auto& l : shape.trunk()) {
            const Eigen::VectorXd h = phi(z);
            z = solver::matrix(parameters.data(), l) * h;
            z += take(l.rows);
        }
        sum += options.loss->value(data.targets()(n), z(0));
    }
    return sum / static_cast<double>(data.count());
}

}  // namespace

BOOST_AUTO_TEST_CASE(loss_and_gradient_are_those_of_the_network_written_down) {
    const data::samples data = small_data();
    for (const auto& shape : {odd_shape(), late_shape(9)}) {
        for (const double slope : {1.0, 0.3, 0.0}) {
            for (const auto* loss : solver::losses().all) {
                for (const bool bias : {false, true}) {
                    const solver::sample_options options{
                        .units = {slope}, .loss = loss, .bias = bias};
                    solver::sample_network network(shape, data, options);
                    auto at = random_parameters(network.size(), 3);
                    BOOST_TEST_INFO("slope " << slope << ' ' << loss->name << " bias " << bias);
                    // Rounding of 61 samples.
                    BOOST_TEST(
                        std::abs(network.loss(at.data()) / plain_loss(shape, data, options, at) -
                                 1) < 1e-13);
                    solver::state gradient(at.size());
                    (void)network.gradient(at.data(), gradient.data());
                    double worst = 0;
                    for (std::size_t i = 0; i < at.size(); ++i) {
                        const double here = at[i];
                        const double h = 1e-6;
                        at[i] = here + h;
                        const double above = plain_loss(shape, data, options, at);
                        at[i] = here - h;
                        const double below = plain_loss(shape, data, options, at);
                        at[i] = here;
                        worst = std::max(worst, std::abs((above - below) / (2 * h) - gradient[i]));
                    }
                    // Central differences: h^2 times third derivatives of up to 1e3 for the
                    // exponential loss, and rounding 1e-16 / h; no unit is within h of its kink.
                    BOOST_TEST(worst < 1e-7);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_linear_network_has_the_gradient_from_moments) {
    const data::samples data = small_data(500);
    const auto shape = odd_shape();
    solver::sample_network network(shape, data, {});
    const auto at = random_parameters(network.size(), 4);
    solver::state from_samples(at.size());
    solver::state from_moments(at.size());
    (void)network.gradient(at.data(), from_samples.data());
    solver::network_gradient moments_gradient(shape, data.input_moments());
    moments_gradient.descent(at.data(), from_moments.data());
    Eigen::VectorXd total(5);
    moments_gradient.total_weights(at.data(), total);
    const Eigen::Map<const Eigen::VectorXd> a(from_samples.data(), shape.size());
    const Eigen::Map<const Eigen::VectorXd> b(from_moments.data(), shape.size());
    // Rounding of 500 samples.
    BOOST_TEST((a + b).norm() < 1e-13 * b.norm());
    BOOST_TEST((network.total_weights() - total).norm() < 1e-14 * total.norm());
}

BOOST_AUTO_TEST_CASE(a_batch_of_everything_in_any_order_is_the_full_batch) {
    const data::samples data = small_data();
    solver::sample_network network(odd_shape(), data, {.units = {0.2}, .bias = true});
    const auto at = random_parameters(network.size(), 5);
    std::vector<Eigen::Index> order(61);
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = static_cast<Eigen::Index>((i * 7) % 61);
    }
    solver::state all(at.size());
    solver::state batch(at.size());
    const double loss = network.gradient(at.data(), all.data());
    // Rounding: the sums are formed in another order.
    BOOST_TEST(std::abs(network.batch_gradient(at.data(), order, batch.data()) / loss - 1) < 1e-13);
    for (std::size_t i = 0; i < at.size(); ++i) {
        BOOST_TEST(std::abs(all[i] - batch[i]) < 1e-13);
    }
}

BOOST_AUTO_TEST_CASE(batches_of_an_epoch_average_to_the_full_gradient) {
    const data::samples data = small_data(60);
    solver::sample_network network(late_shape(5), data, {.units = {0.0}});
    const auto at = random_parameters(network.size(), 5);
    solver::state all(at.size());
    solver::state batch(at.size());
    (void)network.gradient(at.data(), all.data());
    for (Eigen::Index first = 0; first < 60; first += 20) {
        std::vector<Eigen::Index> part(20);
        for (std::size_t i = 0; i < part.size(); ++i) {
            part[i] = first + static_cast<Eigen::Index>(i);
        }
        (void)network.batch_gradient(at.data(), part, batch.data());
        for (std::size_t i = 0; i < at.size(); ++i) {
            all[i] -= batch[i] / 3;
        }
    }
    for (const double left : all) {
        BOOST_TEST(std::abs(left) < 1e-14);  // rounding
    }
}

BOOST_AUTO_TEST_CASE(every_kernel_gives_the_same_digits) {
    const data::samples data = small_data(300);
    const auto shape = odd_shape();
    const solver::sample_options options{.units = {0.1}, .bias = true};
    const auto gradient_of = [&](const solver::dense_kernels& kernels) {
        solver::sample_network network(shape, data, options, kernels);
        const auto at = random_parameters(network.size(), 6);
        solver::state gradient(at.size());
        gradient.push_back(network.gradient(at.data(), gradient.data()));
        return gradient;
    };
    const auto reference = gradient_of(solver::available_kernels().back());
    for (const auto& kernels : solver::available_kernels()) {
        BOOST_TEST_INFO(kernels.name);
        BOOST_TEST((gradient_of(kernels) == reference));
    }
}

BOOST_AUTO_TEST_CASE(the_linear_part_of_two_layers_on_symmetric_inputs_is_half_of_one_plus_alpha) {
    data::random_source random(8);
    const Eigen::MatrixXd half = random.normal_matrix(200, 5, 1);
    Eigen::MatrixXd inputs(400, 5);
    inputs << half, -half;
    const data::samples data({"A", "B"}, {3, 2}, inputs, inputs * Eigen::VectorXd::Ones(5));
    const auto shape = late_shape(6);
    for (const double alpha : {0.0, 0.1, 2.0}) {
        solver::sample_network network(shape, data, {.units = {alpha}});
        const auto at = random_parameters(network.size(), 9);
        (void)network.loss(at.data());
        Eigen::VectorXd expected(5);
        for (int m = 0; m < 2; ++m) {
            const auto& l = shape.branch(m);
            expected.segment(m == 0 ? 0 : 3, m == 0 ? 3 : 2) =
                (1 + alpha) / 2 *
                (solver::matrix(at.data(), l[1]) * solver::matrix(at.data(), l[0])).transpose();
        }
        // Exact but for rounding of 400 samples and of the pseudo-inverse.
        BOOST_TEST((network.total_weights() - expected).norm() < 1e-12 * expected.norm());
    }
}

BOOST_AUTO_TEST_CASE(with_biases_the_linear_part_is_beside_a_constant) {
    // Inputs that are not centred: the regression with a constant has the product of the layers,
    // the one without has not. Slope 1 + 1e-12 goes the way of nonlinear networks.
    data::random_source random(10);
    const Eigen::MatrixXd inputs = random.normal_matrix(300, 5, 1).array() + 0.5;
    const data::samples data({"A", "B"}, {3, 2}, inputs, Eigen::VectorXd::Ones(300));
    solver::sample_network linear(late_shape(6), data, {.bias = true});
    solver::sample_network nearly(late_shape(6), data, {.units = {1 + 1e-12}, .bias = true});
    auto at = random_parameters(linear.size(), 11);
    (void)linear.loss(at.data());
    (void)nearly.loss(at.data());
    BOOST_TEST((nearly.total_weights() - linear.total_weights()).norm() < 1e-10);
}

BOOST_AUTO_TEST_CASE(features_are_read_out_by_their_own_regression) {
    const auto data = data::draw_xor_samples(64, 2, 1);
    const solver::network_shape shape({2, 1}, {.branches = {{4}, {2}}, .trunk = {}}, 1);
    solver::sample_network network(shape, data, {.units = {0}});
    // f = |x_A1 + x_A2| - 1 = -XOR, by four rectifiers and their output weights, is not possible
    // without biases; |x_A1 + x_A2|/2 - |x_A1 - x_A2|/2 = -XOR is.
    solver::state at = {1, -1, 1, -1, 1, -1, -1, 1, -0.5, -0.5, 0.5, 0.5, 1, -1, 3, -3};
    (void)network.loss(at.data());
    BOOST_TEST(std::abs(network.total_weights()(0) - 1) < 1e-14);  // rounding
    BOOST_TEST(std::abs(network.total_weights()(1) - 3) < 1e-14);
}

BOOST_AUTO_TEST_CASE(refuses_shapes_that_do_not_fit) {
    const data::samples data = small_data();
    const auto build = [&](const solver::network_shape& shape) {
        const solver::sample_network network(shape, data, {});
    };
    BOOST_CHECK_EXCEPTION(build({{3}, {.branches = {{2}}, .trunk = {}}, 1}), data::input_error,
                          says("branches: need one per modality, 2, got 1"));
    BOOST_CHECK_EXCEPTION(build({{3, 4}, {.branches = {{2}, {2}}, .trunk = {}}, 1}),
                          data::input_error, says("branches: need 2 inputs in branch 2, got 4"));
    BOOST_CHECK_EXCEPTION(build({{3, 2}, {.branches = {{2}, {2}}, .trunk = {}}, 2}),
                          data::input_error,
                          says("targets: need a network with one output, got 2"));
}

BOOST_AUTO_TEST_SUITE_END()
