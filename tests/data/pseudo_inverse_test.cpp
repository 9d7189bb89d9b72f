#include "fusionflow/data/pseudo_inverse.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/random.hpp"

using namespace fusionflow::data;

BOOST_AUTO_TEST_SUITE(pseudo_inverse)

namespace {

const double eps = std::numeric_limits<double>::epsilon();

auto invert(const Eigen::MatrixXd& matrix) { return fusionflow::data::pseudo_inverse(matrix); }

}  // namespace

BOOST_AUTO_TEST_CASE(of_a_regular_matrix_is_its_inverse) {
    Eigen::Matrix2d matrix;
    matrix << 2, 1, 1, 3;
    Eigen::Matrix2d inverse;  // by hand: determinant 5
    inverse << 0.6, -0.2, -0.2, 0.4;
    const auto result = invert(matrix);
    BOOST_TEST(result.rank == 2);
    // Rounding: condition number (2.6) times a few epsilon.
    BOOST_TEST((result.inverse - inverse).cwiseAbs().maxCoeff() < 20 * eps);
}

BOOST_AUTO_TEST_CASE(of_a_rank_one_matrix_is_the_outer_product_over_the_fourth_power) {
    // (v v^T)^+ = v v^T / |v|^4
    const Eigen::Vector3d v(1, 2, -2);
    const auto result = invert(v * v.transpose());
    BOOST_TEST(result.rank == 1);
    BOOST_TEST((result.inverse - v * v.transpose() / 81).cwiseAbs().maxCoeff() < 20 * eps);
}

BOOST_AUTO_TEST_CASE(satisfies_the_four_penrose_conditions) {
    const Eigen::MatrixXd factor = random_source(5).normal_matrix(6, 3, 1);
    const Eigen::MatrixXd a = factor * factor.transpose();
    const auto result = invert(a);
    const Eigen::MatrixXd& p = result.inverse;
    BOOST_TEST(result.rank == 3);
    // Products of 6 x 6 matrices with a condition number below 100: 6 * 100 epsilon, relative.
    const double tolerance = 600 * eps;
    BOOST_TEST((a * p * a - a).norm() < tolerance * a.norm());
    BOOST_TEST((p * a * p - p).norm() < tolerance * p.norm());
    BOOST_TEST((a * p - (a * p).transpose()).norm() < tolerance);
    BOOST_TEST((p * a - (p * a).transpose()).norm() < tolerance);
}

BOOST_AUTO_TEST_CASE(zero_has_rank_zero_and_inverse_zero) {
    const auto result = invert(Eigen::MatrixXd::Zero(3, 3));
    BOOST_TEST(result.rank == 0);
    BOOST_TEST(result.tolerance == 0);
    BOOST_TEST(result.inverse.isZero(0));
    BOOST_TEST(result.inverse.rows() == 3);
}

BOOST_AUTO_TEST_CASE(nothing_has_rank_zero_and_an_empty_inverse) {
    const auto result = invert(Eigen::MatrixXd(0, 0));
    BOOST_TEST(result.rank == 0);
    BOOST_TEST(result.inverse.size() == 0);
}

BOOST_AUTO_TEST_CASE(cuts_eigenvalues_of_the_correlation_coefficients_at_the_stated_tolerance) {
    // Eigenvalues 1 - c and 1 + c, exact for two inputs.
    const auto rank_of = [](double c) {
        Eigen::Matrix2d matrix;
        matrix << 4, 2 * c, 2 * c, 1;
        return invert(matrix).rank;
    };
    const double tolerance = 4 * 2 * eps * 2;  // 4 D eps max(1 + c)
    BOOST_TEST(rank_of(1 - tolerance + eps) == 1);
    BOOST_TEST(rank_of(-1 + tolerance - eps) == 1);
    BOOST_TEST(rank_of(1 - tolerance - eps) == 2);
    BOOST_TEST(invert(Eigen::Vector2d(4, 1).asDiagonal().toDenseMatrix()).tolerance == 8 * eps);
}

// Rank, and the inverse in units that go with the matrix, are the same whatever the units are.
BOOST_AUTO_TEST_CASE(rank_and_inverse_of_a_regular_matrix_follow_the_units) {
    random_source random(7);
    for (int trial = 0; trial < 50; ++trial) {
        const Eigen::MatrixXd factor = random.normal_matrix(5, 12, 1);
        const Eigen::MatrixXd a = factor * factor.transpose();
        Eigen::VectorXd units(5);
        for (double& unit : units) {
            unit = std::pow(10, std::clamp(std::round(6 * random.normal()), -12.0, 12.0));
        }
        const auto plain = invert(a);
        const auto scaled = invert(units.asDiagonal() * a * units.asDiagonal());
        BOOST_TEST(plain.rank == 5);
        BOOST_TEST(scaled.rank == 5);
        const Eigen::MatrixXd back = units.asDiagonal() * scaled.inverse * units.asDiagonal();
        // Conditions stay below 1e3 here: that many eps, and some.
        BOOST_TEST((back - plain.inverse).norm() < 1e4 * eps * plain.inverse.norm());
    }
}

// Two copies of one input in units 1e8, two others in units of 1: the copies share, the rest is as
// if they were alone.
BOOST_AUTO_TEST_CASE(kernels_of_inputs_in_different_units_do_not_mix) {
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(4, 4);
    matrix.topLeftCorner(2, 2).setConstant(1e16);
    matrix.bottomRightCorner(2, 2).setConstant(4);
    const auto result = invert(matrix);
    BOOST_TEST(result.rank == 2);
    BOOST_TEST(result.kernel.cols() == 2);
    BOOST_TEST((matrix * result.kernel).cwiseAbs().maxCoeff() < 20 * eps * 1e16);
    const Eigen::MatrixXd a = result.inverse.topLeftCorner(2, 2) * 1e16;
    const Eigen::MatrixXd b = result.inverse.bottomRightCorner(2, 2) * 4;
    // (1 1; 1 1)^+ = (1 1; 1 1) / 4; rounding of two projections.
    BOOST_TEST((a - Eigen::MatrixXd::Constant(2, 2, 0.25)).norm() < 20 * eps);
    BOOST_TEST((b - Eigen::MatrixXd::Constant(2, 2, 0.25)).norm() < 20 * eps);
}

BOOST_AUTO_TEST_CASE(scales_as_one_over_the_matrix) {
    Eigen::Matrix2d matrix;
    matrix << 1, 1, 1, 1;
    const auto result = invert(1e200 * matrix);
    BOOST_TEST(result.rank == 1);
    BOOST_TEST((1e200 * result.inverse - matrix / 4).cwiseAbs().maxCoeff() < 20 * eps);
}

BOOST_AUTO_TEST_CASE(conditioning_leaves_out_what_does_not_count) {
    Eigen::Matrix3d matrix = Eigen::Vector3d(8, 0, 2).asDiagonal();
    BOOST_TEST(fusionflow::data::conditioning_of(matrix).rank == 2);
    BOOST_TEST(std::abs(fusionflow::data::conditioning_of(matrix).condition - 4) < 1e-14);
    BOOST_TEST(fusionflow::data::conditioning_of(Eigen::MatrixXd::Zero(2, 2)).rank == 0);
    BOOST_TEST(fusionflow::data::conditioning_of(Eigen::MatrixXd::Zero(2, 2)).condition == 0);
}

BOOST_AUTO_TEST_CASE(condition_is_that_of_the_units_the_matrix_is_in) {
    // Correlation 0.6 between units 1e10 apart: rank 2, eigenvalues 1e20 and 1 - 0.36.
    Eigen::Matrix2d matrix;
    matrix << 1e20, 0.6e10, 0.6e10, 1;
    const auto seen = fusionflow::data::conditioning_of(matrix);
    BOOST_TEST(seen.rank == 2);
    BOOST_TEST(std::abs(seen.condition / (1e20 / 0.64) - 1) < 20 * eps);
}

BOOST_AUTO_TEST_SUITE_END()
