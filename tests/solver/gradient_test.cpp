#include "fusionflow/solver/networks/gradient.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/solver/networks/descent.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/trajectory.hpp"
#include "tests/support/models.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(gradient)

namespace {

// W_m as the plain product of matrices.
Eigen::VectorXd product(const data::moments& moments, const solver::network_shape& shape,
                        const solver::state& weights) {
    Eigen::VectorXd total(moments.correlations().size());
    for (int m = 0; m < moments.count(); ++m) {
        Eigen::MatrixXd path = Eigen::MatrixXd::Identity(moments.dim(m), moments.dim(m));
        for (const auto& l : shape.branch(m)) {
            path = solver::matrix(weights.data(), l) * path;
        }
        for (const auto& l : shape.trunk()) {
            path = solver::matrix(weights.data(), l) * path;
        }
        const Eigen::Index targets = moments.outputs();
        total.segment(targets * moments.offset(m), path.size()) = path.reshaped();
    }
    return total;
}

}  // namespace

BOOST_AUTO_TEST_CASE(descent_is_minus_the_slope_of_the_loss) {
    for (const int targets : {1, 2, 5}) {
        const auto moments = tests::random_moments({3, 1, 2}, 8, targets);
        for (const auto& arch :
             {theory::architecture({1, 2, 3}, 2), theory::architecture({2, 1, 3}, 0),
              theory::architecture({1, 1, 1}, 1)}) {
            const solver::network_shape shape(moments, arch, 4);
            const auto weights = solver::draw_weights(
                shape, moments, {.u0 = 0.5, .drawn = tests::scheme::gaussian_iid, .width = 4}, 6);
            solver::network_gradient gradient(shape, moments);
            Eigen::VectorXd total(6 * targets);
            gradient.total_weights(weights.data(), total);
            BOOST_TEST((total - product(moments, shape, weights)).norm() < 1e-13 * total.norm());

            solver::state descent(weights.size());
            gradient.descent(weights.data(), descent.data());
            for (std::size_t i = 0; i < weights.size(); ++i) {
                // Central difference at h = 1e-5: h^2/6 times a third derivative of order 1 to 10.
                const double h = 1e-5;
                solver::state up = weights;
                solver::state down = weights;
                up[i] += h;
                down[i] -= h;
                const double slope = (solver::loss(moments, product(moments, shape, up)) -
                                      solver::loss(moments, product(moments, shape, down))) /
                                     (2 * h);
                BOOST_TEST(std::abs(descent[i] + slope) < 1e-7);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_step_of_gradient_descent_adds_the_descent) {
    const auto moments = tests::random_moments({3, 2}, 8);
    const solver::network_shape shape(moments, theory::architecture({2, 3}, 2), 5);
    auto weights = solver::draw_weights(
        shape, moments, {.u0 = 0.4, .drawn = tests::scheme::gaussian_iid, .width = 5}, 6);
    solver::network_gradient gradient(shape, moments);
    solver::state expected = weights;
    solver::state descent(weights.size());
    gradient.descent(weights.data(), descent.data());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        expected[i] += 0.1 * descent[i];
    }
    solver::network_descent stepping(shape, moments, weights, {.rate = 0.1});
    stepping.step();
    weights = std::move(stepping).take_weights();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        // Same products in another order.
        BOOST_TEST(std::abs(weights[i] - expected[i]) < 1e-15);
    }
}

BOOST_AUTO_TEST_SUITE_END()
