#include "fusionflow/theory/fixed_points.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(fixed_points)

BOOST_AUTO_TEST_CASE(late_fusion_has_a_saddle_for_every_subset) {
    const auto points = theory::fixed_points(tests::three_scalars(), architecture::fused(3, 2, 3));
    BOOST_TEST(points.size() == 8U);
    BOOST_TEST(points.front().learned.empty());
    BOOST_TEST(points[1].learned == (data::modality_set{0}), boost::test_tools::per_element());
    BOOST_TEST(points.back().learned.size() == 3U);
}

BOOST_AUTO_TEST_CASE(early_fusion_has_none_and_all) {
    const auto points = theory::fixed_points(tests::three_scalars(), architecture::fused(3, 1, 3));
    BOOST_TEST(points.size() == 2U);
    BOOST_TEST(points.back().learned.size() == 3U);
}

BOOST_AUTO_TEST_CASE(no_force_acts_at_a_fixed_point_on_what_is_learned) {
    const auto moments = tests::random_moments({2, 3, 1}, 11);
    for (const auto& point : theory::fixed_points(moments, architecture::fused(4, 2, 3))) {
        const Eigen::VectorXd residual =
            moments.correlation() - moments.covariance() * point.weights;
        for (const int m : point.learned) {
            // Condition number about 100: 1e-13 of rounding.
            BOOST_TEST(moments.part(residual, m).norm() < 1e-12 * moments.correlation().norm());
        }
        const double loss = (moments.target_power() - 2 * moments.correlation().dot(point.weights) +
                             point.weights.dot(moments.covariance() * point.weights)) /
                            2;
        BOOST_TEST(std::abs(loss - point.loss) < 1e-12 * moments.target_power());
    }
}

BOOST_AUTO_TEST_CASE(the_papers_superficial_example_has_its_losses) {
    // sigma_A = 3, w = (1, 4), rho = 0: saddle losses 0.64 and 0.36 of the initial one.
    const auto moments = data::toy_moments({.ratio = 3, .target_weights = {1, 4}});
    const auto points = theory::fixed_points(moments, architecture::fused(2, 2, 2));
    BOOST_TEST(std::abs(points[1].loss / points[0].loss - 0.64) < 1e-14);
    BOOST_TEST(std::abs(points[2].loss / points[0].loss - 0.36) < 1e-14);
    BOOST_TEST(std::abs(points[3].loss / points[0].loss) < 1e-14);
}

BOOST_AUTO_TEST_CASE(refuses_to_list_too_many_subsets) {
    const auto moments = tests::random_moments(std::vector<int>(13, 1), 3);
    BOOST_CHECK_EXCEPTION(
        (void)theory::fixed_points(moments, architecture::fused(2, 2, 13)), data::input_error,
        [](const data::input_error& e) {
            return std::string(e.what()) ==
                   "moments: need at most 12 modalities to list all subsets, got 13";
        });
}

BOOST_AUTO_TEST_SUITE_END()
