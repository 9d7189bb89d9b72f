#include "fusionflow/data/readers/class_labels.hpp"

#include <boost/test/unit_test.hpp>

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(class_labels)

namespace {

using texts = std::vector<std::string>;

texts names_of(const data::class_labels::label_set& seen) {
    data::class_labels labels;
    labels.collect(seen);
    labels.freeze();
    return labels.names();
}

}  // namespace

BOOST_AUTO_TEST_CASE(numbers_are_told_apart_by_their_value) {
    BOOST_TEST(names_of({"1", "1.0", "01", "+1", "1e0", "0", "-0"}) == texts({"0", "1"}));
    BOOST_TEST(names_of({"10", "9", "-1"}) == texts({"-1", "9", "10"}));
    BOOST_TEST(names_of({"0.50", ".25"}) == texts({"0.25", "0.5"}));
}

BOOST_AUTO_TEST_CASE(one_text_among_them_makes_them_texts) {
    BOOST_TEST(names_of({"1", "1.0", "x"}) == texts({"1", "1.0", "x"}));
    BOOST_TEST(names_of({"1", "inf"}) == texts({"1", "inf"}));
}

// A double would make one class of two.
BOOST_AUTO_TEST_CASE(numbers_beyond_fifteen_digits_stay_as_they_are) {
    BOOST_TEST(names_of({"9007199254740993", "9007199254740992", "5"}) ==
               texts({"5", "9007199254740992", "9007199254740993"}));
}

BOOST_AUTO_TEST_SUITE_END()
