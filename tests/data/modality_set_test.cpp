#include "fusionflow/data/modality_set.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace fusionflow::data;

BOOST_AUTO_TEST_SUITE(modality_set)

// The suite's name hides the type's.
using set = fusionflow::data::modality_set;

BOOST_AUTO_TEST_CASE(contains_its_members_and_nothing_else) {
    BOOST_TEST(contains({0, 2, 5}, 2));
    BOOST_TEST(!contains({0, 2, 5}, 1));
    BOOST_TEST(!contains({0, 2, 5}, 6));
    BOOST_TEST(!contains({}, 0));
}

BOOST_AUTO_TEST_CASE(adding_keeps_the_order_and_adds_once) {
    BOOST_TEST(with({}, 3) == set({3}));
    BOOST_TEST(with({1, 4}, 3) == set({1, 3, 4}));
    BOOST_TEST(with({1, 4}, 0) == set({0, 1, 4}));
    BOOST_TEST(with({1, 4}, 5) == set({1, 4, 5}));
    BOOST_TEST(with({1, 4}, 4) == set({1, 4}));
}

BOOST_AUTO_TEST_CASE(union_is_ascending_and_without_repeats) {
    BOOST_TEST(united({1, 4}, {0, 4, 7}) == set({0, 1, 4, 7}));
    BOOST_TEST(united({}, {2}) == set({2}));
    BOOST_TEST(united({2}, {}) == set({2}));
}

BOOST_AUTO_TEST_CASE(all_counts_from_zero) {
    BOOST_TEST(all_modalities(3) == set({0, 1, 2}));
    BOOST_TEST(all_modalities(0).empty());
}

BOOST_AUTO_TEST_CASE(default_names_are_letters_and_then_numbers) {
    BOOST_TEST(default_names(2) == std::vector<std::string>({"A", "B"}));
    const auto many = default_names(28);
    BOOST_TEST(many[25] == "Z");
    BOOST_TEST(many[26] == "M27");
    BOOST_TEST(many[27] == "M28");
}

BOOST_AUTO_TEST_SUITE_END()
