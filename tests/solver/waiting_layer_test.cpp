#include "fusionflow/solver/networks/waiting_layer.hpp"

#include <oneapi/tbb/global_control.h>

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/random.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(waiting_layer)

namespace {

// All that a layer answers over 20 updates with decay, in one vector.
Eigen::VectorXd answers(Eigen::Index lines, Eigen::Index length) {
    data::random_source random(3);
    Eigen::MatrixXd numbers = random.normal_matrix(length, lines, 1);
    solver::waiting_layer layer(numbers.data(), lines, length);
    const Eigen::MatrixXd coefs = random.normal_matrix(lines, 2, 1);
    const Eigen::VectorXd v = random.normal_matrix(length, 1, 1);
    Eigen::VectorXd dots;
    Eigen::MatrixXd sums;
    Eigen::VectorXd all(lines + 2 * length);
    for (int i = 0; i < 20; ++i) {
        layer.add(0.9, random.normal_matrix(lines, 1, 1), random.normal_matrix(length, 1, 1));
        layer.dots_and_sums(v, dots, coefs, sums);
    }
    all << dots, sums.reshaped();
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(products_see_the_updates_that_wait) {
    data::random_source random(3);
    const Eigen::Index lines = 7;
    const Eigen::Index length = 9;
    Eigen::MatrixXd numbers = random.normal_matrix(length, lines, 1);
    Eigen::MatrixXd expected = numbers;
    solver::waiting_layer layer(numbers.data(), lines, length);
    Eigen::VectorXd dots;
    Eigen::VectorXd sums;
    // Some with every number of updates waiting, and with many that come without a product.
    for (int i = 0; i < 40; ++i) {
        const Eigen::VectorXd coefs = random.normal_matrix(lines, 1, 1);
        const Eigen::VectorXd v = random.normal_matrix(length, 1, 1);
        layer.add(0.95, coefs, v);
        expected = 0.95 * expected + v * coefs.transpose();
        if (i < 20) {
            // Rounding of sums of some ten numbers.
            layer.dots(v, dots);
            BOOST_TEST((dots - expected.transpose() * v).norm() < 1e-12 * dots.norm());
            layer.sums(coefs, sums);
            BOOST_TEST((sums - expected * coefs).norm() < 1e-12 * sums.norm());
        }
    }
    layer.settle();
    BOOST_TEST((numbers - expected).norm() < 1e-12 * expected.norm());
}

BOOST_AUTO_TEST_CASE(wide_layers_answer_the_same_for_every_number_of_threads) {
    const auto on = [](std::size_t threads) {
        const oneapi::tbb::global_control limit(
            oneapi::tbb::global_control::max_allowed_parallelism, threads);
        return answers(601, 603);  // beyond the size from which threads share the lines
    };
    const Eigen::VectorXd alone = on(1);
    BOOST_TEST((on(2) == alone));
    BOOST_TEST((on(3) == alone));
}

BOOST_AUTO_TEST_SUITE_END()
