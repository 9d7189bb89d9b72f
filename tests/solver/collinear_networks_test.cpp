#include <Eigen/QR>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/random.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using solver::stepper;
using tests::relative;

// Networks on inputs that are nearly combinations of each other.
BOOST_AUTO_TEST_SUITE(collinear_networks)

namespace {

constexpr int inputs = 4;  // of each modality

Eigen::MatrixXd rotation(data::random_source& random) {
    const Eigen::MatrixXd drawn = random.normal_matrix(inputs, inputs, 1);
    return Eigen::HouseholderQR<Eigen::MatrixXd>(drawn).householderQ();
}

/// Two modalities with eigenvalues of 1 ... 1 / condition, correlated by 0.3 along rotated
/// directions, and a target of normal weights: y = W x.
data::moments collinear(double condition, unsigned seed) {
    data::random_source random(seed);
    Eigen::MatrixXd root = Eigen::MatrixXd::Zero(2 * inputs, 2 * inputs);
    for (int m = 0; m < 2; ++m) {
        Eigen::VectorXd sizes(inputs);
        for (int i = 0; i < inputs; ++i) {
            sizes(i) = std::pow(condition, -0.5 * i / (inputs - 1)) * (m == 0 ? 1.4 : 1.0);
        }
        root.block(m * inputs, m * inputs, inputs, inputs) = rotation(random) * sizes.asDiagonal();
    }
    Eigen::MatrixXd inner = Eigen::MatrixXd::Identity(2 * inputs, 2 * inputs);
    inner.topRightCorner(inputs, inputs) = 0.3 * rotation(random);
    inner.bottomLeftCorner(inputs, inputs) = inner.topRightCorner(inputs, inputs).transpose();
    const Eigen::MatrixXd product = root * inner * root.transpose();
    const Eigen::MatrixXd covariance = (product + product.transpose()) / 2;
    const Eigen::VectorXd target = random.normal_matrix(2 * inputs, 1, 1);
    const Eigen::VectorXd correlation = covariance * target;
    return {{"A", "B"}, {inputs, inputs}, covariance, correlation, target.dot(correlation)};
}

solver::answer train(const data::moments& moments, stepper method, double rtol) {
    tests::network_options options;
    options.method = solver::training_method::gradient_flow;
    options.form = "compressed";
    options.compression.accuracy = 1e-4;
    options.flow.method = method;
    options.flow.rtol = rtol;
    return tests::simulate(moments, theory::architecture::fused(2, 2, 2),
                           {.u0 = 0.1, .drawn = tests::scheme::gaussian, .width = 50}, options);
}

}  // namespace

BOOST_AUTO_TEST_CASE(steppers_agree_on_half_heights) {
    constexpr double rtol = 1e-6;
    for (const unsigned seed : {1U, 2U}) {
        const auto moments = collinear(1e4, seed);
        const auto plain = train(moments, stepper::dopri5, rtol);
        const auto stabilised = train(moments, stepper::rkc, rtol);
        const auto both = train(moments, stepper::automatic, rtol);
        BOOST_TEST_CONTEXT("seed " << seed) {
            BOOST_TEST(both.stepper == "dopri5 + radau");
            BOOST_TEST(stabilised.stepper == "rkc");
            for (const auto* run : {&stabilised, &both}) {
                BOOST_TEST_REQUIRE((run->ended == theory::outcome::learned));
                for (std::size_t m = 0; m < 2; ++m) {
                    // Each is promised to be within 10 rtol.
                    BOOST_TEST(relative(run->times[m], plain.times[m]) < 20 * rtol);
                }
                // Seen: a tenth to a twentieth.
                BOOST_TEST(4 * run->work.rhs_evaluations < plain.work.rhs_evaluations);
            }
            BOOST_TEST(4 * both.work.steps < stabilised.work.steps);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_stiff_goes_by_dopri5_to_the_last_digit) {
    const auto moments = tests::random_moments({3, 3}, 4);
    const auto plain = train(moments, stepper::dopri5, 1e-9);
    const auto chosen = train(moments, stepper::automatic, 1e-9);
    BOOST_TEST(chosen.stepper == "dopri5");
    BOOST_TEST(chosen.times == plain.times, boost::test_tools::per_element());
    BOOST_TEST(chosen.weights_final == plain.weights_final);
    BOOST_TEST(chosen.work.rhs_evaluations == plain.work.rhs_evaluations);
}

BOOST_AUTO_TEST_SUITE_END()
