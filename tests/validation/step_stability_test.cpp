#include "fusionflow/validation/experiments/step_stability.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/options.hpp"

using namespace fusionflow;
using validation::step_times_curvature;

BOOST_AUTO_TEST_SUITE(step_stability)

namespace {

double of(const tests::given& options, const Eigen::VectorXd& weights) {
    const validation::settings s = tests::with(options);
    return step_times_curvature(validation::build_model(s), weights);
}

// Two independent inputs of variance 1, y = w (x_A + x_B): nothing is left at W = (w, w).
tests::given two_scalars(const std::string& weight, const tests::given& more) {
    tests::given all = {
        {"data", "gaussian"}, {"dims", "1,1"}, {"variances", "1,1"}, {"input-weight", weight}};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

// Steps on (target - a b)^2 / 2 from near the balanced solution: do they get there?
bool two_scalars_settle(double target, double step) {
    double a = std::sqrt(target) * (1 + 1e-3);
    double b = std::sqrt(target) * (1 - 2e-3);
    for (int k = 0; k < 200; ++k) {
        const double residual = target - a * b;
        const double next = a + step * residual * b;
        b += step * residual * a;
        a = next;
    }
    return std::abs(target - a * b) < 1e-6;
}

}  // namespace

// Scalars of variance 1 with W = 3: the curvature at a = b = sqrt(3) is a^2 + b^2 = 6.
BOOST_AUTO_TEST_CASE(two_is_where_steps_on_two_scalars_stop_settling) {
    const auto at = [](const std::string& step) {
        return of(two_scalars("3", {{"learning-rate", step}}), Eigen::Vector2d(3, 3));
    };
    BOOST_TEST(std::abs(at("0.1") - 0.6) < 1e-12);
    for (const auto& [step, settles] : {std::pair{"0.32", true}, {"0.35", false}}) {
        BOOST_TEST((at(step) < validation::most_stable_step) == settles);
        BOOST_TEST(two_scalars_settle(3, std::stod(step)) == settles);
    }
}

// The Hessian from the Jacobian of W by all weights, of networks with one hidden unit per branch.
BOOST_AUTO_TEST_CASE(the_curvature_of_vectors_is_that_of_all_weights) {
    const tests::given options = {{"data", "random"}, {"dims", "2,3"}, {"data-seed", "4"}};
    const auto about = validation::build_model(tests::with(options));
    const Eigen::VectorXd w = about.moments.covariance().ldlt().solve(about.moments.correlation());
    Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(5, 7);
    int column = 0;
    for (const auto& [from, size] : {std::pair{0, 2}, {2, 3}}) {
        const double unit = std::sqrt(w.segment(from, size).norm());
        jacobian.block(from, column, size, size).diagonal().setConstant(unit);
        jacobian.block(from, column + size, size, 1) = w.segment(from, size) / unit;
        column += size + 1;
    }
    const Eigen::MatrixXd hessian = jacobian.transpose() * about.moments.covariance() * jacobian;
    const double largest =
        Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(hessian).eigenvalues().maxCoeff();
    // 0.01 is the default step size; what is left is rounding, times the condition of Sigma.
    BOOST_TEST(std::abs(of(options, w) - 0.01 * largest) < 1e-12 * largest);
}

// Three layers of one unit: d^2/da^2 of (target - a b c)^2 / 2 summed over a, b, c is 3 w^(4/3).
BOOST_AUTO_TEST_CASE(deeper_branches_are_steeper) {
    const double found =
        of(two_scalars("8", {{"depth", "3"}, {"fusion", "3"}}), Eigen::Vector2d(8, 8));
    BOOST_TEST(std::abs(found - 0.01 * 3 * 16) < 1e-13);
}

// Steps of 2.04 / 6 go to and fro; seen from the near side the far side is the steeper one.
BOOST_AUTO_TEST_CASE(steps_that_go_to_and_fro_are_seen_from_either_side) {
    const auto at = [](double w) {
        return of(two_scalars("3", {{"learning-rate", "0.34"}}), Eigen::Vector2d(w, w));
    };
    BOOST_TEST(at(2.9) > validation::most_stable_step);
    BOOST_TEST(at(3.1) > validation::most_stable_step);
}

BOOST_AUTO_TEST_CASE(where_nothing_is_known_nothing_is_said) {
    const Eigen::Vector2d w(1, 1);
    BOOST_TEST(of({{"learning-rate", "0.01"}}, w) > 0);
    BOOST_TEST(of({{"method", "flow"}}, w) == 0);
    BOOST_TEST(of({{"depth", "3"}, {"fusion", "2"}}, w) == 0);
    BOOST_TEST(of({}, Eigen::VectorXd()) == 0);
    BOOST_TEST(of({}, w * std::nan("")) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
