#include "fusionflow/data/readers/missing_marks.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/readers/class_labels.hpp"
#include "tests/support/arrays.hpp"
#include "tests/support/tables.hpp"

using namespace fusionflow;
using tests::matrix;
using tests::read_table;

BOOST_AUTO_TEST_SUITE(missing_marks)

namespace {

data::table_options marked(std::vector<std::string> marks, bool usual = true) {
    data::table_options options;
    options.missing = data::missing_rule::skip;
    options.missing_marks = std::move(marks);
    options.usual_marks = usual;
    return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_usual_marks_are_known) {
    const data::missing_marks marks;
    for (const std::string text :
         {"", "NA", "na", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN", "-nan", "-NaN", "null",
          "NULL", "None", "none", "?", "-", "."}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(marks.is_gap(text));
    }
    for (const std::string text : {"0", "-1", "x", "NAs", "--", "??", "no", "inf", "-999"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(!marks.is_gap(text));
    }
}

// A class may well be called none, or be a sign.
BOOST_AUTO_TEST_CASE(some_are_labels_in_columns_of_labels) {
    const data::missing_marks marks;
    for (const std::string text : {"None", "?", "-", "."}) {
        BOOST_TEST(!marks.is_gap_of_labels(text));
    }
    for (const std::string text : {"", "NA", "N/A", "nan", "null"}) {
        BOOST_TEST(marks.is_gap_of_labels(text));
    }
    BOOST_TEST(data::missing_marks(marked({"?"})).is_gap_of_labels("?"));
    BOOST_TEST(!data::missing_marks(marked({"x"}, false)).is_gap_of_labels("NA"));
}

BOOST_AUTO_TEST_CASE(marks_of_the_options_are_texts_and_numbers) {
    const std::string text = "a,b\n1,2\n-999,3\n4,-999.0\nx,5\n6,NA\n7,8\n";
    BOOST_TEST((read_table(text, marked({"-999", "x"})).values == matrix(2, {1, 2, 7, 8})));
    BOOST_TEST((read_table("a\n\"-9\"\n1\n", marked({"-9"})).values == matrix(1, {1})));
    const std::string rows = "a,b\n1,2\n?,3\n";
    BOOST_TEST((read_table(rows, marked({"?"}, false)).values == matrix(2, {1, 2})));
    BOOST_TEST(tests::refusal_of(rows, marked({"x"}, false)) ==
               "d.csv, line 3, column 1 (a): need a number, got '?'");
    // In arrays too.
    const std::string array = tests::npy_file({3, 2}, {1, 2, -999, 3, 4, 5});
    const tests::whole_table t = read_table(array, marked({"-999"}), "d.npy");
    BOOST_TEST((t.values == matrix(2, {1, 2, 4, 5})));
    BOOST_TEST(t.progress.missing_values == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
