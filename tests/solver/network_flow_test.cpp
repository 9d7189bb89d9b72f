#include "fusionflow/solver/flows/network_flow.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/solver/networks/draw.hpp"
#include "tests/support/models.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(network_flow)

BOOST_AUTO_TEST_CASE(error_is_measured_by_the_norm_of_each_layer) {
    const auto moments = tests::toy(0, 2);
    const solver::network_shape shape(moments, theory::architecture::fused(2, 2, 2), 3);
    auto weights = solver::draw_weights(shape, moments, {.u0 = 1e-8, .width = 3}, 1);
    solver::network_flow flow(shape, moments, weights, true);
    solver::state error(weights.size(), 0.0);
    error[0] = 1e-10;  // in a layer of norm 1e-8
    BOOST_TEST(std::abs(flow.relative_error(weights, error) - 0.01) < 1e-10);
    error[0] = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(std::isinf(flow.relative_error(weights, error)));
}

BOOST_AUTO_TEST_CASE(speed_of_the_state_is_the_descent_of_the_loss) {
    const auto moments = tests::random_moments({2, 2}, 3);
    const solver::network_shape shape(moments, theory::architecture::fused(3, 2, 2), 4);
    const auto weights = solver::draw_weights(
        shape, moments, {.u0 = 0.3, .drawn = tests::scheme::gaussian, .width = 4}, 1);
    solver::network_flow flow(shape, moments, weights, false);
    solver::network_gradient gradient(shape, moments);
    solver::state speed(weights.size());
    solver::state descent(weights.size());
    flow.derivative(weights, speed);
    gradient.descent(weights.data(), descent.data());
    BOOST_TEST((speed == descent));
    Eigen::VectorXd norms(2);
    flow.branch_norms(weights, norms);
    BOOST_TEST(norms(1) == solver::matrix(weights.data(), shape.branch(1)[0]).norm());
}

BOOST_AUTO_TEST_SUITE_END()
