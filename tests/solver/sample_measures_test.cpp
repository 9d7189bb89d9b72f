#include "fusionflow/solver/networks/sample_measures.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/networks/accuracy.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(sample_measures)

namespace {

// Three modalities whose inputs have means, K targets; more samples than a block has.
data::samples three_modalities(Eigen::Index outputs, Eigen::Index count = 300) {
    data::random_source random(3);
    Eigen::MatrixXd inputs = random.normal_matrix(count, 6, 1);
    inputs.rowwise() += Eigen::RowVectorXd::LinSpaced(6, -1, 2);
    return {{"A", "B", "C"}, {3, 2, 1}, inputs, random.normal_matrix(count, outputs, 1)};
}

data::samples classes(Eigen::Index count = 300) {
    const data::samples drawn = three_modalities(3, count);
    Eigen::MatrixXd targets = Eigen::MatrixXd::Zero(count, 3);
    for (Eigen::Index n = 0; n < count; ++n) {
        targets(n, (n * n + n / 7) % 3) = 1;
    }
    return {drawn.input_moments().names(), drawn.dims(), drawn.inputs(), targets};
}

solver::network_shape shape_of(Eigen::Index outputs) {
    return {{3, 2, 1}, {.branches = {{5}, {4}, {2}}, .trunk = {6}}, outputs};
}

solver::state random_parameters(Eigen::Index count) {
    data::random_source random(5);
    solver::state parameters(static_cast<std::size_t>(count));
    for (double& p : parameters) {
        p = 0.6 * random.normal();
    }
    return parameters;
}

}  // namespace

BOOST_AUTO_TEST_CASE(contributions_of_a_linear_network_are_those_of_its_weights) {
    const data::samples data = three_modalities(2);
    solver::sample_network network(shape_of(2), data, {.bias = true});
    const auto at = random_parameters(network.size());
    (void)network.loss(at.data());
    const Eigen::VectorXd mean = blank_of(data, solver::blank_inputs::mean);
    const auto parts = contributions(network, at.data(), mean);
    BOOST_TEST(parts.size() == 3U);
    const auto& known = data.input_moments();
    for (int m = 0; m < 3; ++m) {
        const Eigen::MatrixXd centred =
            data.inputs().middleCols(known.offset(m), known.dim(m)).rowwise() -
            mean.segment(known.offset(m), known.dim(m)).transpose();
        const Eigen::MatrixXd expected =
            centred * known.matrix(network.total_weights(), m).transpose();
        // Rounding of outputs of about 10 that are subtracted.
        BOOST_TEST((parts[static_cast<std::size_t>(m)] - expected).cwiseAbs().maxCoeff() < 1e-13);
        BOOST_TEST(expected.norm() > 1);
    }
}

BOOST_AUTO_TEST_CASE(a_network_that_sees_one_modality_is_fed_the_others_blank) {
    const data::samples data = classes();
    const solver::sample_options options{.units = solver::parse_activation("gelu"),
                                         .loss = &solver::losses().find("cross-entropy"),
                                         .bias = true};
    solver::sample_network network(shape_of(3), data, options);
    const auto at = random_parameters(network.size());
    for (const auto how : {solver::blank_inputs::mean, solver::blank_inputs::zero}) {
        const Eigen::VectorXd blank = blank_of(data, how);
        for (int m = 0; m < 3; ++m) {
            Eigen::MatrixXd inputs = blank.transpose().replicate(data.count(), 1);
            const auto& known = data.input_moments();
            inputs.middleCols(known.offset(m), known.dim(m)) =
                data.inputs().middleCols(known.offset(m), known.dim(m));
            const data::samples fed(known.names(), data.dims(), inputs, data.targets());
            solver::sample_network other(shape_of(3), fed, options);
            const Eigen::MatrixXd found = unimodal_outputs(network, at.data(), m, blank);
            BOOST_TEST((found == other.outputs(at.data())));
            const auto scored = score(options.loss, data, found);
            // Sums of 300 losses in blocks and at once.
            BOOST_TEST(std::abs(scored.loss / other.loss(at.data()) - 1) < 1e-13);
            BOOST_TEST(scored.accuracy == other.accuracy());
        }
    }
    BOOST_TEST((blank_of(data, solver::blank_inputs::zero) == Eigen::VectorXd::Zero(6)));
}

BOOST_AUTO_TEST_CASE(contributions_vanish_where_a_modality_is_constant_and_have_no_mean) {
    const data::samples drawn = three_modalities(1);
    Eigen::MatrixXd inputs = drawn.inputs();
    inputs.col(5).setConstant(2.5);
    const data::samples data({"A", "B", "C"}, {3, 2, 1}, inputs, drawn.targets());
    solver::sample_network network(shape_of(1), data, {.units = solver::parse_activation("relu")});
    const auto at = random_parameters(network.size());
    const auto parts =
        contributions(network, at.data(), blank_of(data, solver::blank_inputs::mean));
    BOOST_TEST(parts[2].isZero(0));
    BOOST_TEST(std::abs(parts[0].mean()) < 1e-14);  // rounding
    BOOST_TEST(parts[0].norm() > 0.1);
}

BOOST_AUTO_TEST_CASE(the_whole_network_sees_all_modalities) {
    const data::samples data = classes();
    solver::sample_network network(shape_of(3), data, {.units = solver::parse_activation("tanh")});
    const auto at = random_parameters(network.size());
    const Eigen::MatrixXd whole = network.outputs(at.data());
    BOOST_TEST((network.outputs(at.data(), {0, 1, 2}, Eigen::VectorXd::Zero(6)) == whole));
    const auto scored = score(&solver::squared_loss, data, whole);
    BOOST_TEST(std::abs(scored.loss / network.loss(at.data()) - 1) < 1e-13);
    BOOST_TEST(scored.accuracy == network.accuracy());
}

BOOST_AUTO_TEST_CASE(outputs_of_held_out_samples_are_those_of_the_same_parameters) {
    const data::samples data = classes(50);
    const Eigen::MatrixXd few = data.inputs().topRows(7);
    const data::samples held_out(data.input_moments().names(), data.dims(), few,
                                 data.targets().topRows(7));
    const solver::sample_options options{.units = solver::parse_activation("relu")};
    solver::sample_network trained(shape_of(3), data, options);
    solver::sample_network measured(shape_of(3), held_out, options);
    const auto at = random_parameters(trained.size());
    BOOST_TEST((measured.outputs(at.data()) == trained.outputs(at.data()).topRows(7)));
}

BOOST_AUTO_TEST_CASE(accuracy_counts_largest_outputs_and_signs) {
    const Eigen::MatrixXd inputs = Eigen::MatrixXd::Ones(4, 1);
    Eigen::MatrixXd hot(4, 3);
    hot << 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0;
    Eigen::MatrixXd f(4, 3);
    f << 2, 1, 0,    // right
        0, 0, 0,     // a tie: the first class, wrong
        -3, -2, -1,  // right
        5, 4, 3;     // wrong
    const data::samples classes_of_four({"A"}, {1}, inputs, hot);
    BOOST_TEST(solver::accuracy_of(classes_of_four, f) == 0.5);
    const data::samples labels({"A"}, {1}, inputs, Eigen::Vector4d(1, -1, 1, -1));
    BOOST_TEST(solver::accuracy_of(labels, Eigen::Vector4d(0, -1, 3, 0)) == 0.75);
    const data::samples numbers({"A"}, {1}, inputs, Eigen::Vector4d(1, -1, 2, -1));
    BOOST_TEST(std::isnan(solver::accuracy_of(numbers, Eigen::Vector4d(0, -1, 3, 0))));
}

BOOST_AUTO_TEST_CASE(blanks_have_names) {
    for (const auto how : {solver::blank_inputs::mean, solver::blank_inputs::zero}) {
        BOOST_TEST((solver::parse_blank_inputs(to_string(how)) == how));
    }
    BOOST_CHECK_EXCEPTION((void)solver::parse_blank_inputs("noise"), data::input_error,
                          says("blank: need mean or zero, got 'noise'"));
}

BOOST_AUTO_TEST_SUITE_END()
