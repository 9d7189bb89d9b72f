#include "fusionflow/data/samples.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/drawn_samples.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(samples)

namespace {

Eigen::MatrixXd four_rows() {
    Eigen::MatrixXd inputs(4, 3);
    inputs << 1, 0, 2, 0, 1, 2, 1, 1, -2, -1, 3, 0;
    return inputs;
}

}  // namespace

BOOST_AUTO_TEST_CASE(moments_are_sample_means) {
    const data::samples s({"A", "B"}, {2, 1}, four_rows(), Eigen::Vector4d(1, 2, 3, 4));
    const auto& m = s.input_moments();
    BOOST_TEST(s.count() == 4);
    BOOST_TEST(m.covariance()(0, 1) == -0.5);  // (0 + 0 + 1 - 3) / 4
    BOOST_TEST(m.covariance()(2, 2) == 3);     // 12 / 4
    BOOST_TEST(m.correlation()(0) == 0);       // (1 + 3 - 4) / 4
    BOOST_TEST(m.correlation()(1) == 17 / 4.0);
    BOOST_TEST(m.target_power() == 7.5);
    BOOST_TEST((s.feature_moments().covariance() == m.covariance()));
    BOOST_TEST(!s.has_features());
}

BOOST_AUTO_TEST_CASE(features_have_moments_of_their_own) {
    const Eigen::MatrixXd features = four_rows().leftCols(2).cwiseAbs2();
    const data::samples s({"A", "B"}, {2, 1}, four_rows(), Eigen::Vector4d(1, 2, 3, 4), {1, 1},
                          features);
    BOOST_TEST(s.dims() == (std::vector<int>{2, 1}), boost::test_tools::per_element());
    BOOST_TEST(s.feature_moments().dimension() == 2);
    BOOST_TEST(s.feature_moments().correlation()(0) == 2);  // (1 + 3 + 4) / 4
    const auto labels = s.labelled();
    BOOST_TEST((labels.targets() == Eigen::Vector4d::Ones()));
    BOOST_TEST(labels.has_features());
}

BOOST_AUTO_TEST_CASE(labels_are_signs_with_zero_as_plus) {
    const auto labels =
        data::samples({"A", "B"}, {2, 1}, four_rows(), Eigen::Vector4d(-1e-300, 0, 3, -4))
            .labelled();
    BOOST_TEST((labels.targets() == Eigen::Vector4d(-1, 1, 1, -1)));
}

BOOST_AUTO_TEST_CASE(several_targets_have_moments_of_all) {
    Eigen::MatrixXd targets(4, 2);
    targets << 1, 0, 0, 2, 0, 1, -1, 0;
    const data::samples s({"A", "B"}, {2, 1}, four_rows(), targets);
    const auto& m = s.input_moments();
    BOOST_TEST(s.outputs() == 2);
    BOOST_TEST(m.outputs() == 2);
    const Eigen::MatrixXd found = m.matrix(m.correlations());
    BOOST_TEST((found - targets.transpose() * four_rows() / 4).norm() < 1e-16);
    BOOST_TEST(m.target_power() == 7 / 4.0);
    BOOST_TEST(m.means()->targets(1) == 0.75);
    BOOST_TEST(!s.are_classes());
    BOOST_TEST(!s.are_labels());
    BOOST_TEST(std::isnan(data::asymmetry(s)[0]));
}

BOOST_AUTO_TEST_CASE(a_column_of_targets_is_the_one_target) {
    const Eigen::MatrixXd column = Eigen::Vector4d(0.1, 0.7, -0.3, 1.9);
    const data::samples a({"A", "B"}, {2, 1}, four_rows(), column);
    const data::samples b({"A", "B"}, {2, 1}, four_rows(), Eigen::Vector4d(column));
    BOOST_TEST((a.input_moments().correlation() == b.input_moments().correlation()));
    BOOST_TEST(a.outputs() == 1);
}

BOOST_AUTO_TEST_CASE(classes_are_rows_with_a_single_one) {
    const auto are = [](const Eigen::MatrixXd& targets) {
        return data::samples({"A"}, {1}, Eigen::MatrixXd::Ones(targets.rows(), 1), targets)
            .are_classes();
    };
    Eigen::MatrixXd targets(3, 3);
    targets << 1, 0, 0, 0, 1, 0, 1, 0, 0;
    BOOST_TEST(are(targets));  // the third class is empty
    targets(2, 1) = 1;
    BOOST_TEST(!are(targets));
    targets.row(2) << 0.5, 0.5, 0;
    BOOST_TEST(!are(targets));
    targets.row(2) << 2, -1, 0;
    BOOST_TEST(!are(targets));
    BOOST_TEST(!are(Eigen::Vector3d(1, 1, 1)));
}

BOOST_AUTO_TEST_CASE(labels_are_one_target_of_plus_and_minus_one) {
    const auto are = [](const Eigen::MatrixXd& targets) {
        return data::samples({"A"}, {1}, Eigen::MatrixXd::Ones(targets.rows(), 1), targets)
            .are_labels();
    };
    BOOST_TEST(are(Eigen::Vector2d(1, -1)));
    BOOST_TEST(!are(Eigen::Vector2d(1, 0)));
    BOOST_TEST(!are(Eigen::Matrix2d::Ones()));
}

BOOST_AUTO_TEST_CASE(asymmetry_is_zero_for_mirrored_data_and_known_by_hand) {
    // <y |x|> / |<y x>| of the two samples (1, 1) and (-2, -1): (1 - 2)/2 over (1 + 2)/2.
    const data::samples two({"A"}, {1}, Eigen::Vector2d(1, -2), Eigen::Vector2d(1, -1));
    BOOST_TEST(std::abs(data::asymmetry(two)[0] - 1.0 / 3) < 1e-15);
    const auto mirrored = data::draw_toy_samples({.rho = 0.5}, 200, 1, true);
    for (const double a : data::asymmetry(mirrored)) {
        BOOST_TEST(a < 1e-15);  // rounding
    }
    // Of Gaussian data <y |x|> is about sd / sqrt(P), which is 1/sqrt(1000) here.
    const auto drawn = data::draw_toy_samples({.rho = 0.5}, 1000, 1, false);
    for (const double a : data::asymmetry(drawn)) {
        BOOST_TEST(a > 1e-4);
        BOOST_TEST(a < 0.2);
    }
}

BOOST_AUTO_TEST_CASE(asymmetry_is_unknown_where_nothing_correlates) {
    const auto xor_data = data::draw_xor_samples(64, 1, 1);
    const auto a = data::asymmetry(xor_data);
    BOOST_TEST(std::isnan(a[0]));
    BOOST_TEST(a[1] < 1e-15);
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    const Eigen::Vector4d y(1, 2, 3, 4);
    const auto build = [](const Eigen::MatrixXd& x, const Eigen::VectorXd& targets) {
        const data::samples s({"A", "B"}, {2, 1}, x, targets);
    };
    BOOST_CHECK_EXCEPTION(build(four_rows().leftCols(2), y), data::input_error,
                          says("inputs: need 3 columns, got 2"));
    BOOST_CHECK_EXCEPTION(build(Eigen::MatrixXd(0, 3), Eigen::VectorXd(0)), data::input_error,
                          says("inputs: need at least one sample, got none"));
    BOOST_CHECK_EXCEPTION(build(four_rows(), y.head(3)), data::input_error,
                          says("targets: need one per sample, 4, got 3"));
    Eigen::MatrixXd bad = four_rows();
    bad(2, 1) = std::numeric_limits<double>::infinity();
    BOOST_CHECK_EXCEPTION(build(bad, y), data::input_error,
                          says("inputs: must be finite, got inf in sample 3"));
    BOOST_CHECK_EXCEPTION(
        data::samples({"A", "B"}, {2, 1}, four_rows(), y, {1, 1}, Eigen::MatrixXd::Ones(3, 2)),
        data::input_error, says("features: need one row per sample, 4, got 3"));
}

BOOST_AUTO_TEST_SUITE_END()
