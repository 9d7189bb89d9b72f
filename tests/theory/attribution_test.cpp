#include "fusionflow/theory/attribution.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>

#include "fusionflow/theory/partial_solution.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(attribution)

BOOST_AUTO_TEST_CASE(uncorrelated_modalities_share_by_their_variance) {
    // sigma_A = 3, w = (1, 4): 9 and 16 of 25.
    const auto shares =
        theory::attribute(data::toy_moments({.ratio = 3, .target_weights = {1, 4}}));
    BOOST_TEST(std::abs(shares.shapley[0] - 0.36) < 1e-14);
    BOOST_TEST(std::abs(shares.shapley[1] - 0.64) < 1e-14);
    BOOST_TEST(std::abs(shares.conditional_gain[0] - 0.36) < 1e-14);
    BOOST_TEST(std::abs(shares.total - 1) < 1e-14);
}

BOOST_AUTO_TEST_CASE(shapley_values_are_the_mean_gain_over_all_orders) {
    const auto moments = tests::random_moments({2, 1, 3, 1}, 21);
    const auto shares = theory::attribute(moments);
    std::vector<double> mean(4, 0.0);
    std::vector<int> order{0, 1, 2, 3};
    do {
        data::modality_set learned;
        double before = 0;
        for (const int m : order) {
            learned = data::with(learned, m);
            const double after =
                theory::solve_partial(moments, learned).explained / moments.target_power();
            mean[static_cast<std::size_t>(m)] += (after - before) / 24;
            before = after;
        }
    } while (std::next_permutation(order.begin(), order.end()));
    for (std::size_t m = 0; m < 4; ++m) {
        // Two sums of the same 16 numbers.
        BOOST_TEST(std::abs(shares.shapley[m] - mean[m]) < 1e-13);
    }
    const double sum = std::accumulate(shares.shapley.begin(), shares.shapley.end(), 0.0);
    BOOST_TEST(std::abs(sum - shares.total) < 1e-13);
}

BOOST_AUTO_TEST_CASE(a_target_of_zero_is_explained_by_nobody) {
    const auto shares = theory::attribute(data::toy_moments({.target_weights = {0, 0}}));
    BOOST_TEST(shares.total == 0);
    BOOST_TEST(shares.shapley[0] == 0);
}

BOOST_AUTO_TEST_CASE(superficial_preference_is_learning_first_what_explains_less) {
    // sigma_A = 3, w = (1, 4): |s_A| = 9 > |s_B| = 4, but B explains more.
    const auto superficial =
        theory::attribute(data::toy_moments({.ratio = 3, .target_weights = {1, 4}}));
    BOOST_TEST(theory::superficial_preference(superficial, {0}));
    BOOST_TEST(!theory::superficial_preference(superficial, {1}));
    BOOST_TEST(!theory::superficial_preference(superficial, {0, 1}));
}

BOOST_AUTO_TEST_SUITE_END()
