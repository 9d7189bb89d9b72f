#include "fusionflow/data/readers/split_labels.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/says.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(split_labels)

namespace {

using texts = std::vector<std::string>;
using flags = std::vector<unsigned char>;

void refuses(const texts& labels, const texts& held_out, const std::string& rule) {
    BOOST_CHECK_EXCEPTION((void)data::held_out_labels("set", labels, held_out), data::input_error,
                          tests::says(": " + rule));
}

}  // namespace

BOOST_AUTO_TEST_CASE(words_that_people_use_are_known) {
    BOOST_TEST((data::held_out_labels("set", {"test", "train"}, {}) == flags{1, 0}));
    BOOST_TEST((data::held_out_labels("set", {"Held-out", "Training", "VAL", "dev", "hold_out"},
                                      {}) == flags{1, 0, 1, 1, 1}));
    refuses({"0", "1"}, {},
            "need texts such as train and test in column 'set', got '0' (--split 'set=TEXT,...' "
            "names those of the rows to hold out)");
    refuses({"testament", "train"}, {},
            "need texts such as train and test in column 'set', got 'testament' (--split "
            "'set=TEXT,...' names those of the rows to hold out)");
}

BOOST_AUTO_TEST_CASE(texts_may_be_named_numbers_in_any_spelling) {
    BOOST_TEST((data::held_out_labels("set", {"0", "1", "2"}, {"1.0"}) == flags{0, 1, 0}));
    BOOST_TEST((data::held_out_labels("set", {"a", "b", "c"}, {"c", "a"}) == flags{1, 0, 1}));
    refuses({"a", "b"}, {"x"}, "there is no 'x' in column 'set', but 'a', 'b'");
}

BOOST_AUTO_TEST_CASE(both_parts_need_rows) {
    const std::string rule = "need rows for training and others to hold out, but column 'set' ";
    refuses({"a", "b"}, {"a", "b"}, rule + "holds out every row");
    refuses({"test", "val"}, {}, rule + "holds out every row");
    refuses({"train"}, {}, rule + "holds out no row");
}

BOOST_AUTO_TEST_SUITE_END()
