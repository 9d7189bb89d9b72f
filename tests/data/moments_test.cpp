#include "fusionflow/data/moments.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/random.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow::data;
using fusionflow::tests::says;

BOOST_AUTO_TEST_SUITE(moments)

namespace {

const double nan = std::numeric_limits<double>::quiet_NaN();
const double inf = std::numeric_limits<double>::infinity();

// A legal pair of scalars; each test spoils one part.
struct parts {
    std::vector<std::string> names{"A", "B"};
    std::vector<int> dims{1, 1};
    Eigen::MatrixXd covariance = Eigen::Vector2d(4, 1).asDiagonal();
    Eigen::VectorXd correlation = Eigen::Vector2d(4, 1);
    double target_power = 5;

    [[nodiscard]] fusionflow::data::moments build() const {
        return {names, dims, covariance, correlation, target_power};
    }
};

Eigen::MatrixXd square(double a, double b, double c, double d) {
    Eigen::Matrix2d matrix;
    matrix << a, b, c, d;
    return matrix;
}

void check_refusal(const parts& p, const std::string& message) {
    BOOST_CHECK_EXCEPTION((void)p.build(), input_error, says(message));
}

void check_covariance(const Eigen::MatrixXd& covariance, const std::string& message) {
    parts p;
    p.covariance = covariance;
    check_refusal(p, message);
}

}  // namespace

BOOST_AUTO_TEST_CASE(several_targets_are_stacked_modality_by_modality) {
    Eigen::MatrixXd correlation(2, 3);
    correlation << 1, 2, 3, 4, 5, 6;
    const auto m = fusionflow::data::moments::of_targets(
        {"A", "B"}, {1, 2}, Eigen::MatrixXd::Identity(3, 3), correlation, 91);
    BOOST_TEST(m.outputs() == 2);
    BOOST_TEST((m.matrix(m.correlations()) == correlation));
    BOOST_TEST((m.part(m.correlations(), 0) == Eigen::Vector2d(1, 4)));
    BOOST_TEST((m.part(m.correlations(), 1) == Eigen::Vector4d(2, 5, 3, 6)));
    BOOST_CHECK_EXCEPTION(
        (void)m.correlation(), input_error,
        says(
            "correlation: need one target here, got 2: the race, the flow of balanced networks and "
            "networks take more"));
}

BOOST_AUTO_TEST_CASE(rejects_targets_that_no_inputs_explain_so) {
    const auto build = [](const Eigen::MatrixXd& correlation, double power) {
        const Eigen::MatrixXd covariance = Eigen::Vector2d(1, 0).asDiagonal();
        (void)fusionflow::data::moments::of_targets({"A", "B"}, {1, 1}, covariance, correlation,
                                                    power);
    };
    BOOST_CHECK_EXCEPTION(build(square(1, 0, 2, 0), 4), input_error,
                          says("target_power: need >= 5 = s Sigma^+ s^T, the power that the inputs "
                               "explain, got 4"));
    BOOST_CHECK_EXCEPTION(build(square(1, 0, 2, 1), 9), input_error,
                          says("correlation: must lie in the range of the covariance (rank 1 of 2),"
                               " but 1 of its norm 2.23607 lies outside"));
    BOOST_CHECK_EXCEPTION(build(square(1, 0, nan, 0), 9), input_error,
                          says("correlation: must be finite, got nan at (2,1)"));
    BOOST_CHECK_EXCEPTION(build(Eigen::MatrixXd(2, 3), 9), input_error,
                          says("correlation: need 2 numbers a row, got 3"));
    BOOST_CHECK_EXCEPTION(build(Eigen::MatrixXd(0, 2), 9), input_error,
                          says("correlation: need at least one target, got none"));
}

BOOST_AUTO_TEST_CASE(knows_where_each_modality_lies) {
    const fusionflow::data::moments m({"sound", "image", "text"}, {2, 3, 1},
                                      Eigen::MatrixXd::Identity(6, 6),
                                      Eigen::VectorXd::LinSpaced(6, 1, 6), 91);
    BOOST_TEST(m.count() == 3);
    BOOST_TEST(m.dimension() == 6);
    BOOST_TEST(m.offset(0) == 0);
    BOOST_TEST(m.offset(1) == 2);
    BOOST_TEST(m.offset(2) == 5);
    BOOST_TEST(m.offset(3) == 6);
    BOOST_TEST(m.dim(1) == 3);
    BOOST_TEST(m.name(2) == "text");
    BOOST_TEST((m.part(m.correlation(), 1) == Eigen::Vector3d(3, 4, 5)));
    BOOST_TEST(m.names_of({0, 2}) == std::vector<std::string>({"sound", "text"}));
    BOOST_TEST(m.names_of({}).empty());
}

BOOST_AUTO_TEST_CASE(parts_of_a_stacked_vector_can_be_written) {
    const auto m = parts().build();
    Eigen::VectorXd stacked = Eigen::VectorXd::Zero(2);
    m.part(stacked, 1).setConstant(3);
    BOOST_TEST((stacked == Eigen::Vector2d(0, 3)));
}

BOOST_AUTO_TEST_CASE(accepts_one_modality) {
    parts p;
    p.names = {"A"};
    p.dims = {2};
    BOOST_TEST(p.build().count() == 1);
}

BOOST_AUTO_TEST_CASE(accepts_singular_covariance_and_nothing_to_learn) {
    parts p;
    p.covariance = square(1, 1, 1, 1);
    p.correlation = Eigen::Vector2d(2, 2);
    p.target_power = 4;
    BOOST_TEST(p.build().dimension() == 2);
    p.covariance.setZero();
    p.correlation.setZero();
    p.target_power = 0;
    BOOST_TEST(p.build().target_power() == 0);
}

BOOST_AUTO_TEST_CASE(accepts_fewer_samples_than_inputs) {
    // Moments of 20 samples in 40 dimensions with the target inside the span of the inputs: rank
    // 20, nothing unexplained, so range and power hold with equality up to rounding.
    random_source random(9);
    const Eigen::MatrixXd x = random.normal_matrix(40, 20, 1);
    const Eigen::VectorXd y = x.transpose() * random.normal_matrix(40, 1, 1);
    const Eigen::MatrixXd covariance = x * x.transpose() / 20;
    const Eigen::VectorXd correlation = x * y / 20;
    const fusionflow::data::moments m({"A", "B"}, {15, 25}, covariance, correlation,
                                      y.squaredNorm() / 20);
    BOOST_TEST(m.dimension() == 40);
}

BOOST_AUTO_TEST_CASE(accepts_inputs_of_very_different_units) {
    // The power of the second is below the rank tolerance of the first.
    parts p;
    p.covariance = Eigen::Vector2d(1e18, 1).asDiagonal();
    p.correlation = Eigen::Vector2d(1e18, 1);
    p.target_power = 1e18 + 1;
    BOOST_TEST(p.build().covariance()(1, 1) == 1);
}

BOOST_AUTO_TEST_CASE(accepts_a_target_that_follows_a_nearly_empty_direction) {
    // lambda = 4e-16 counts as zero, yet y = x_B / sd(x_B) has s_B = sqrt(lambda) = 2e-8.
    parts p;
    p.covariance = Eigen::Vector2d(1, 4e-16).asDiagonal();
    p.correlation = Eigen::Vector2d(0, 2e-8);
    p.target_power = 1;
    BOOST_TEST(p.build().dimension() == 2);
}

// A unit does not hide what is wrong: scaled by it, the same moments are refused or taken.
BOOST_AUTO_TEST_CASE(judges_moments_without_their_units) {
    for (const double unit : {1e-12, 1.0, 1e12}) {
        parts p;
        p.covariance = square(unit * unit, unit * 1.2, unit * 1.2, 1);
        p.correlation = Eigen::Vector2d(unit, 1);
        BOOST_CHECK_THROW((void)p.build(), input_error);  // a correlation coefficient of 1.2
        p.covariance = square(unit * unit, unit, unit, 1);
        p.correlation = Eigen::Vector2d(unit, 0.5);
        BOOST_CHECK_THROW((void)p.build(), input_error);  // x_A = x_B, but not for y
        p.covariance = square(unit * unit, 0, 0, 1);
        p.correlation = Eigen::Vector2d(unit, 2);
        p.target_power = 4;  // 1 + 4 are explained
        BOOST_CHECK_THROW((void)p.build(), input_error);
        p.target_power = 5;
        BOOST_TEST(p.build().dimension() == 2);
    }
}

BOOST_AUTO_TEST_CASE(rejects_sizes_of_which_squares_leave_the_range_of_numbers) {
    parts p;
    p.covariance = Eigen::Vector2d(4e300, 1e300).asDiagonal();
    p.correlation = Eigen::Vector2d(4e300, 1e300);
    p.target_power = 5e300;
    check_refusal(p, "covariance: need variances of 0 or 1e-101 to 1e+101, got 4e+300 at 1");
    p.covariance = Eigen::Vector2d(1, 1e-110).asDiagonal();
    check_refusal(p, "covariance: need variances of 0 or 1e-101 to 1e+101, got 1e-110 at 2");
    p.covariance = Eigen::Vector2d(4, 1).asDiagonal();
    p.correlation = Eigen::Vector2d(0, 1e-290);
    p.target_power = 1;
    check_refusal(p, "correlation: need a largest |s_i| / sqrt(Sigma_ii) of 0 or 1e-101 and more, "
                     "got 1e-290");
    p.correlation.setZero();
    p.target_power = 1e-290;
    check_refusal(p, "target_power: need 0 or 1e-202 to 1e+202, got 1e-290");
    p.correlation = Eigen::Vector2d(4e-80, 1e-80);
    p.target_power = 5e-160;
    BOOST_TEST(p.build().dimension() == 2);
}

BOOST_AUTO_TEST_CASE(symmetrises_rounding) {
    parts p;
    p.covariance = square(4, 0.5 + 1e-12, 0.5, 1);
    const auto m = p.build();
    BOOST_TEST(m.covariance()(0, 1) == m.covariance()(1, 0));
    BOOST_TEST(m.covariance()(0, 1) > 0.5);
}

BOOST_AUTO_TEST_CASE(rejects_names_that_do_not_name) {
    parts p;
    p.names = {"A"};
    check_refusal(p, "names: need one per modality, 2, got 1");
    p.names = {"A", ""};
    check_refusal(p, "names: must not be empty, but number 2 is");
    p.names = {"A", "A"};
    check_refusal(p, "names: must differ, but 'A' is there twice");
    p.names = {"A\nB", "C"};
    check_refusal(p, "names: must be free of control characters, but number 1 is not");
}

BOOST_AUTO_TEST_CASE(rejects_dims_that_are_none_or_absurd) {
    parts p;
    p.dims = {1, 0};
    check_refusal(p, "dims: need D >= 1, got 0 at 2");
    p.dims = {2000000000, 2000000000};
    check_refusal(p, "dims: need a sum of at most 5000, got 2000000000 at 1");
    p.dims = {3000, 2001};
    check_refusal(p, "dims: need a sum of at most 5000, got 5001 at 2");
    p.dims = {};
    p.names = {};
    check_refusal(p, "dims: need at least one modality, got none");
}

BOOST_AUTO_TEST_CASE(rejects_covariance_of_another_size) {
    check_covariance(Eigen::MatrixXd::Identity(3, 3),
                     "covariance: need 2 x 2 for dims 1,1, got 3 x 3");
    check_covariance(Eigen::MatrixXd::Zero(2, 1), "covariance: need 2 x 2 for dims 1,1, got 2 x 1");
    parts p;
    p.names = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
    p.dims = std::vector<int>(11, 1);
    check_refusal(p, "covariance: need 11 x 11 for dims 1,1,1,1,1,1,1,1,1,1,..., got 2 x 2");
}

BOOST_AUTO_TEST_CASE(rejects_covariance_that_is_none) {
    check_covariance(square(4, 0.5, 0.4, 1),
                     "covariance: must be symmetric, but (1,2) = 0.5 and (2,1) = 0.4");
    check_covariance(square(4, 1e-8, 0, 1),
                     "covariance: must be symmetric, but (1,2) = 1e-08 and (2,1) = 0");
    check_covariance(square(4, 0, 0, -0.3),
                     "covariance: must be positive semi-definite, smallest eigenvalue -0.3");
    check_covariance(square(1, 2, 2, 1),
                     "covariance: must be positive semi-definite, smallest eigenvalue -1");
    check_covariance(square(4, 0, 0, -1e-12),
                     "covariance: must be positive semi-definite, smallest eigenvalue -1e-12");
    check_covariance(square(4, 0, nan, 1), "covariance: must be finite, got nan at (2,1)");
    check_covariance(square(inf, 0, 0, 1), "covariance: must be finite, got inf at (1,1)");
}

BOOST_AUTO_TEST_CASE(rejects_correlation_of_another_size_or_not_finite) {
    parts p;
    p.correlation = Eigen::Vector3d(4, 1, 0);
    check_refusal(p, "correlation: need 2 numbers, got 3");
    p.correlation = Eigen::Vector2d(nan, 1);
    check_refusal(p, "correlation: must be finite, got nan at 1");
    p.correlation = Eigen::Vector2d(4, -inf);
    check_refusal(p, "correlation: must be finite, got -inf at 2");
}

BOOST_AUTO_TEST_CASE(rejects_correlation_with_inputs_that_are_always_zero) {
    parts p;
    p.covariance = square(4, 0, 0, 0);
    p.correlation = Eigen::Vector2d(4, 3);
    check_refusal(
        p, "correlation: must lie in the range of the covariance (rank 1 of 2), but 3 of its "
           "norm 5 lies outside");
}

BOOST_AUTO_TEST_CASE(rejects_less_target_power_than_the_inputs_explain) {
    parts p;
    p.covariance = square(4, 1, 1, 1);
    p.correlation = Eigen::Vector2d(5, 2);
    p.target_power = 1;  // s Sigma^-1 s^T = (5, 2) (1, 1)^T = 7
    check_refusal(
        p, "target_power: need >= 7 = s Sigma^+ s^T, the power that the inputs explain, got 1");
    p.target_power = 6.99999998;  // 3e-9 short, relative: three times the tolerance
    check_refusal(p, "target_power: need >= 7 = s Sigma^+ s^T, the power that the inputs explain, "
                     "got 6.99999998");
    p.target_power = 7 * (1 - 1e-10);  // within it
    BOOST_TEST(p.build().target_power() < 7);
}

BOOST_AUTO_TEST_CASE(rejects_target_power_that_is_no_power) {
    parts p;
    p.target_power = nan;
    check_refusal(p, "target_power: must be finite, got nan");
    p.target_power = inf;
    check_refusal(p, "target_power: must be finite, got inf");
    p.target_power = -5;
    check_refusal(p, "target_power: need >= 0, got -5");
}

BOOST_AUTO_TEST_CASE(moments_about_the_means_are_those_of_shifted_samples) {
    random_source random(4);
    Eigen::MatrixXd x = random.normal_matrix(20, 3, 1);
    Eigen::MatrixXd y = random.normal_matrix(20, 2, 1);
    x.col(1).setConstant(0.7);  // never varies
    const auto of = [](const Eigen::MatrixXd& inputs, const Eigen::MatrixXd& targets) {
        return fusionflow::data::moments::of_targets(
            {"A", "B"}, {2, 1}, inputs.transpose() * inputs / 20, targets.transpose() * inputs / 20,
            targets.squaredNorm() / 20);
    };
    const fusionflow::data::moments raw =
        of(x, y).with_means({x.colwise().mean().transpose(), y.colwise().mean().transpose()});
    const fusionflow::data::moments centered = raw.centered();
    x.rowwise() -= x.colwise().mean().eval();
    y.rowwise() -= y.colwise().mean().eval();
    x.col(1).setZero();
    const fusionflow::data::moments expected = of(x, y);
    BOOST_TEST((centered.covariance() - expected.covariance()).norm() < 1e-14);
    BOOST_TEST((centered.correlations() - expected.correlations()).norm() < 1e-14);
    BOOST_TEST(std::abs(centered.target_power() - expected.target_power()) < 1e-14);
    BOOST_TEST(centered.means()->inputs.isZero(0));
    BOOST_TEST((centered.centered().covariance() == centered.covariance()));
    BOOST_CHECK_EXCEPTION(
        (void)expected.centered(), input_error,
        says("mean: networks with biases need the means of inputs and targets, which these moments "
             "do not have: make them with fusionflow moments, or leave biases out (--bias none)"));
}

BOOST_AUTO_TEST_SUITE_END()
