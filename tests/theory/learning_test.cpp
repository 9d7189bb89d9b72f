#include "fusionflow/theory/learning.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(learning)

namespace {

theory::learning with_times(std::vector<double> times) {
    theory::learning answer;
    answer.times = std::move(times);
    return answer;
}

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

BOOST_AUTO_TEST_CASE(order_ranks_times_and_leaves_out_never) {
    const auto order = with_times({7, 3, theory::never, 3}).order();
    BOOST_TEST(order == (std::vector<int>{3, 1, 0, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(time_ratio_is_last_over_first) {
    BOOST_TEST(with_times({2, 10, 4}).time_ratio() == 5);
    BOOST_TEST(with_times({3, 3}).time_ratio() == 1);
    BOOST_TEST(with_times({2, theory::never}).time_ratio() == theory::never);
    BOOST_TEST(std::isnan(with_times({2, unknown}).time_ratio()));
}

BOOST_AUTO_TEST_CASE(phases_say_what_is_learned_while_they_last) {
    const auto phases = theory::phases_from_times({10, 2, theory::never});
    BOOST_TEST(phases.size() == 3U);
    BOOST_TEST(phases[0].learned.empty());
    BOOST_TEST(phases[0].duration == 2);
    BOOST_TEST(phases[1].learned == (data::modality_set{1}), boost::test_tools::per_element());
    BOOST_TEST(phases[1].duration == 8);
    BOOST_TEST(phases[2].learned == (data::modality_set{0, 1}), boost::test_tools::per_element());
    BOOST_TEST(phases[2].duration == theory::never);
}

BOOST_AUTO_TEST_CASE(modalities_learned_together_share_a_phase) {
    const auto phases = theory::phases_from_times({2, 2});
    BOOST_TEST(phases.size() == 1U);
    BOOST_TEST(phases[0].duration == 2);
}

BOOST_AUTO_TEST_CASE(every_outcome_has_a_name_and_advice) {
    for (int i = 0; i <= static_cast<int>(theory::outcome::non_finite); ++i) {
        const auto o = static_cast<theory::outcome>(i);
        BOOST_TEST(!theory::to_string(o).empty());
        BOOST_TEST(theory::advice(o).size() > 10U);
    }
    BOOST_TEST(theory::is_failure(theory::outcome::step_limit));
    BOOST_TEST(!theory::is_failure(theory::outcome::permanent_bias));
}

BOOST_AUTO_TEST_CASE(what_a_run_in_trouble_did_not_reach_is_unknown) {
    using theory::outcome;
    const auto stopped =
        theory::conclude({2.0, theory::never}, {{{}, 2.0}}, outcome::step_limit, {7, 1, 50});
    BOOST_TEST(stopped.times[0] == 2.0);
    BOOST_TEST(std::isnan(stopped.times[1]));
    BOOST_TEST(stopped.work.steps == 7);
    BOOST_REQUIRE(stopped.phases.size() == 2U);
    BOOST_TEST(std::isnan(stopped.phases[1].duration));

    const auto diverged =
        theory::conclude({2.0, 3.0}, {{{}, 2.0}, {{0}, 1.0}}, outcome::diverged, {});
    BOOST_TEST((std::isnan(diverged.times[0]) && std::isnan(diverged.times[1])));

    const auto bias =
        theory::conclude({2.0, theory::never}, {{{}, 2.0}}, outcome::permanent_bias, {});
    BOOST_TEST(bias.times[1] == theory::never);
    BOOST_TEST(bias.phases[1].duration == theory::never);
}

BOOST_AUTO_TEST_SUITE_END()
