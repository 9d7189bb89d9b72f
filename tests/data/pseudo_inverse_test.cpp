#include "data/pseudo_inverse.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "data/random.hpp"

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

BOOST_AUTO_TEST_CASE(cuts_eigenvalues_at_the_stated_tolerance) {
    const auto rank_of = [](double second) {
        return invert(Eigen::Vector2d(4, second).asDiagonal().toDenseMatrix()).rank;
    };
    const double tolerance = 2 * eps * 4;  // D eps max|lambda|
    BOOST_TEST(rank_of(tolerance) == 1);
    BOOST_TEST(rank_of(1.01 * tolerance) == 2);
    BOOST_TEST(rank_of(-tolerance) == 1);
    BOOST_TEST(invert(Eigen::Vector2d(4, 1).asDiagonal().toDenseMatrix()).tolerance == tolerance);
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

BOOST_AUTO_TEST_SUITE_END()
