#include "fusionflow/solver/networks/sample_network.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "fusionflow/data/drawn_samples.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/networks/gradient.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(sample_network)

namespace {

// Modalities of 3 and 2 inputs; targets of +-1. 61 samples leave a block and a register incomplete.
data::samples small_data(long count = 61) {
    data::random_source random(7);
    Eigen::MatrixXd inputs = random.normal_matrix(count, 5, 1);
    Eigen::VectorXd targets = random.normal_matrix(count, 1, 1);
    return data::samples({"A", "B"}, {3, 2}, inputs, targets).labelled();
}

// The same inputs with targets of K outputs that a loss takes.
data::samples data_for(const solver::loss_function& loss, Eigen::Index outputs, long count = 61) {
    const data::samples small = small_data(count);
    if (loss.needs_labels) {
        return small;
    }
    Eigen::MatrixXd targets = data::random_source(8).normal_matrix(count, outputs, 1);
    if (loss.needs_classes) {
        for (long n = 0; n < count; ++n) {
            targets.row(n).setZero();
            targets(n, (n * n) % outputs) = 1;
        }
    }
    return {{"A", "B"}, {3, 2}, small.inputs(), targets};
}

// Unequal branches, two trunk layers, a width of its own for every space.
solver::network_shape odd_shape(Eigen::Index outputs = 1) {
    return {{3, 2}, {.branches = {{5, 4}, {7}}, .trunk = {6, 3}}, outputs};
}

// Two layers, late.
solver::network_shape late_shape(Eigen::Index width, Eigen::Index outputs = 1) {
    return {{3, 2}, {.branches = {{width}, {width}}, .trunk = {}}, outputs};
}

// Fused at the first layer.
solver::network_shape early_shape(Eigen::Index outputs) {
    return {{3, 2}, {.branches = {{}, {}}, .trunk = {6, 4}}, outputs};
}

solver::state random_parameters(Eigen::Index count, unsigned seed) {
    data::random_source random(seed);
    solver::state parameters(static_cast<std::size_t>(count));
    for (double& p : parameters) {
        p = 0.6 * random.normal();
    }
    return parameters;
}

// What the options say, in words of their own and long double.
using real = long double;
using reals = Eigen::Matrix<real, Eigen::Dynamic, 1>;

real unit_of(const std::string& name, real z) {
    if (name == "tanh") {
        return std::tanh(z);
    }
    if (name == "gelu") {
        return z * (1 + std::erf(z / std::sqrt(2.0L))) / 2;
    }
    const real slope = name == "linear" ? 1.0L : name == "relu" ? 0.0L : 0.25L;  // leaky:0.25
    return z > 0 ? z : slope * z;
}

real loss_of(const std::string& name, const reals& y, const reals& f) {
    const reals e = f - y;
    const auto outputs = static_cast<real>(y.size());
    if (name == "half-mse") {
        return e.squaredNorm() / 2;
    }
    if (name == "mse") {
        return e.squaredNorm() / outputs;
    }
    if (name == "huber:0.5") {
        return e.unaryExpr([](real d) {
                    const real size = std::abs(d);
                    return size <= 0.5L ? d * d / 2 : 0.5L * (size - 0.25L);
                }).sum() /
               outputs;
    }
    if (name == "cross-entropy") {
        return std::log(f.array().exp().sum()) - y.dot(f);
    }
    return name == "logistic" ? std::log1p(std::exp(-y(0) * f(0))) : std::exp(-y(0) * f(0));
}

// The network written down sample by sample, layer by layer.
real plain_loss(const solver::network_shape& shape, const data::samples& data,
                const std::string& units, const std::string& loss, bool biased,
                const std::vector<real>& parameters) {
    real sum = 0;
    for (Eigen::Index n = 0; n < data.count(); ++n) {
        Eigen::Index bias = shape.size();
        const auto add_bias = [&](reals& z) {
            for (Eigen::Index i = 0; biased && i < z.size(); ++i) {
                z(i) += parameters[static_cast<std::size_t>(bias++)];
            }
        };
        const auto product = [&](const solver::layer& l, const reals& h) {
            reals z = reals::Zero(l.rows);
            for (Eigen::Index c = 0; c < l.cols; ++c) {
                for (Eigen::Index r = 0; r < l.rows; ++r) {
                    z(r) += parameters[static_cast<std::size_t>(l.offset + c * l.rows + r)] * h(c);
                }
            }
            return z;
        };
        const auto phi = [&](const reals& z) -> reals {
            return z.unaryExpr([&](real v) { return unit_of(units, v); });
        };
        reals z = reals::Zero(shape.branch(0).back().rows);
        Eigen::Index column = 0;
        for (int m = 0; m < shape.count(); ++m) {
            reals h = data.inputs()
                          .row(n)
                          .segment(column, shape.branch(m).front().cols)
                          .transpose()
                          .cast<real>();
            column += h.size();
            for (const auto& l : shape.branch(m)) {
                reals above = product(l, h);
                if (&l == &shape.branch(m).back()) {
                    z += above;
                } else {
                    add_bias(above);
                    h = phi(above);
                }
            }
        }
        add_bias(z);
        for (const auto& l : shape.trunk()) {
            const reals h = phi(z);
            z = product(l, h);
            add_bias(z);
        }
        sum += loss_of(loss, data.targets().row(n).transpose().cast<real>(), z);
    }
    return sum / static_cast<real>(data.count());
}

void check_gradient(const solver::network_shape& shape, const data::samples& data,
                    const std::string& units, const std::string& loss, bool biased) {
    const solver::sample_options options{.units = solver::parse_activation(units),
                                         .loss = solver::losses().parse(loss),
                                         .bias = biased};
    solver::sample_network network(shape, data, options);
    const auto at = random_parameters(network.size(), 3);
    std::vector<real> moved(at.begin(), at.end());
    const auto loss_at = [&] { return plain_loss(shape, data, units, loss, biased, moved); };
    BOOST_TEST_INFO(units << ' ' << loss << " bias " << biased << " outputs " << data.outputs());
    // Rounding of 61 samples.
    BOOST_TEST(std::abs(network.loss(at.data()) / static_cast<double>(loss_at()) - 1) < 1e-13);
    solver::state gradient(at.size());
    (void)network.gradient(at.data(), gradient.data());
    double worst = 0;
    double largest = 0;
    for (std::size_t i = 0; i < at.size(); ++i) {
        constexpr real h = 1e-6L;
        moved[i] = at[i] + h;
        const real above = loss_at();
        moved[i] = at[i] - h;
        const real below = loss_at();
        moved[i] = at[i];
        worst =
            std::max(worst, std::abs(static_cast<double>((above - below) / (2 * h)) - gradient[i]));
        largest = std::max(largest, std::abs(gradient[i]));
    }
    // Central differences in long double: h^2/6 times third derivatives of up to 1e3 for the
    // exponential loss and rounding of 1e-19/h; no unit is within h of its kink. Huber's slope has
    // kinks, which a sample is at with a chance of h: none is.
    BOOST_TEST(worst < 2e-10 * std::max(1.0, largest));
}

}  // namespace

BOOST_AUTO_TEST_CASE(loss_and_gradient_are_those_of_the_network_written_down) {
    for (const std::string units : {"linear", "relu", "leaky:0.25", "tanh", "gelu"}) {
        for (const std::string loss :
             {"half-mse", "mse", "huber:0.5", "cross-entropy", "logistic", "exponential"}) {
            const auto known = solver::losses().parse(loss);
            for (const bool biased : {false, true}) {
                for (const Eigen::Index outputs : {1, 3}) {
                    if ((outputs == 1 && known->needs_classes) ||
                        (outputs > 1 && known->needs_labels)) {
                        continue;
                    }
                    const data::samples data = data_for(*known, outputs);
                    check_gradient(odd_shape(outputs), data, units, loss, biased);
                    check_gradient(late_shape(9, outputs), data, units, loss, biased);
                    check_gradient(early_shape(outputs), data, units, loss, biased);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_activation_and_loss_is_checked_above) {
    // A new one has to be written down there too.
    BOOST_TEST(solver::activations().names() == "linear, relu, leaky:A, tanh or gelu");
    BOOST_TEST(solver::losses().names() ==
               "half-mse, mse, huber:D, cross-entropy, logistic or exponential");
}

BOOST_AUTO_TEST_CASE(samples_in_several_blocks_are_the_samples_in_one) {
    // 700 samples in blocks of 240: the gradient is the mean of those of pieces.
    for (const char* units : {"relu", "gelu"}) {
        const data::samples data = data_for(solver::losses().find("cross-entropy"), 3, 700);
        solver::sample_network network(odd_shape(3), data,
                                       {.units = solver::parse_activation(units),
                                        .loss = &solver::losses().find("cross-entropy")});
        const auto at = random_parameters(network.size(), 12);
        solver::state all(at.size());
        solver::state part(at.size());
        (void)network.gradient(at.data(), all.data());
        for (Eigen::Index first = 0; first < 700; first += 100) {
            std::vector<Eigen::Index> batch(100);
            std::iota(batch.begin(), batch.end(), first);
            (void)network.batch_gradient(at.data(), batch, part.data());
            for (std::size_t i = 0; i < at.size(); ++i) {
                all[i] -= part[i] / 7;
            }
        }
        for (const double left : all) {
            BOOST_TEST(std::abs(left) < 1e-14);  // rounding
        }
    }
}

BOOST_AUTO_TEST_CASE(one_sample_is_a_batch) {
    const data::samples data = data_for(solver::losses().find("cross-entropy"), 3);
    solver::sample_network network(odd_shape(3), data,
                                   {.units = solver::parse_activation("tanh"),
                                    .loss = &solver::losses().find("cross-entropy"),
                                    .bias = true});
    const auto at = random_parameters(network.size(), 13);
    solver::state gradient(at.size());
    const std::vector<Eigen::Index> batch = {17};
    const double loss = network.batch_gradient(at.data(), batch, gradient.data());
    const data::samples alone(data.input_moments().names(), data.dims(), data.inputs().row(17),
                              data.targets().row(17));
    solver::sample_network other(odd_shape(3), alone,
                                 {.units = solver::parse_activation("tanh"),
                                  .loss = &solver::losses().find("cross-entropy"),
                                  .bias = true});
    solver::state expected(at.size());
    BOOST_TEST(other.gradient(at.data(), expected.data()) == loss);
    BOOST_TEST((gradient == expected));
}

BOOST_AUTO_TEST_CASE(several_outputs_have_the_weights_of_their_regressions) {
    // Column by column, those of networks with one of the outputs.
    const data::samples data = data_for(solver::squared_loss, 2, 150);
    for (const double slope : {1.0, 0.3}) {
        solver::sample_network both(late_shape(4, 2), data, {.units = {slope}});
        const auto at = random_parameters(both.size(), 14);
        (void)both.loss(at.data());
        BOOST_TEST(both.total_weights().size() == 10);
        for (Eigen::Index k = 0; k < 2; ++k) {
            const data::samples one({"A", "B"}, {3, 2}, data.inputs(), data.targets().col(k));
            const auto shape = late_shape(4);
            solver::sample_network single(shape, one, {.units = {slope}});
            solver::state weights(static_cast<std::size_t>(shape.size()));
            for (int m = 0; m < 2; ++m) {
                const auto whole = late_shape(4, 2).branch(m);
                solver::matrix(weights.data(), shape.branch(m)[0]) =
                    solver::matrix(at.data(), whole[0]);
                solver::matrix(weights.data(), shape.branch(m)[1]) =
                    solver::matrix(at.data(), whole[1]).row(k);
            }
            (void)single.loss(weights.data());
            for (Eigen::Index d = 0; d < 5; ++d) {
                BOOST_TEST(std::abs(both.total_weights()(k + 2 * d) - single.total_weights()(d)) <
                           1e-14);  // rounding
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
    const data::samples three = data_for(solver::squared_loss, 3);
    BOOST_CHECK_EXCEPTION(solver::sample_network(late_shape(2), three, {}), data::input_error,
                          says("targets: need a network with 3 outputs, got 1"));
    solver::sample_network network(late_shape(2), data, {});
    const auto at = random_parameters(network.size(), 1);
    BOOST_CHECK_EXCEPTION((void)network.outputs(at.data(), {0}, Eigen::VectorXd::Zero(4)),
                          data::input_error, says("blank: need 5 numbers, got 4"));
}

BOOST_AUTO_TEST_SUITE_END()
