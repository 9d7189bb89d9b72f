#include "fusionflow/data/readers/csv_guess.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/says.hpp"
#include "tests/support/tables.hpp"

using namespace fusionflow;
using tests::matrix;
using tests::read_table;
using tests::refusal_of;

BOOST_AUTO_TEST_SUITE(csv_guess)

namespace {

using texts = std::vector<std::string>;

char delimiter_of(const std::string& text, const data::table_options& options = {},
                  const std::string& file = "d.csv") {
    return data::guess_csv(text, true, file, options).delimiter;
}

std::string hint_of(const std::string& text, const data::table_options& options = {}) {
    return data::guess_csv(text, true, "d.csv", options).hint;
}

data::table_options delimited_by(char delimiter) {
    data::table_options options;
    options.delimiter = delimiter;
    return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_delimiter_is_what_cuts_all_lines_alike) {
    BOOST_TEST(delimiter_of("a,b\n1,2\n") == ',');
    BOOST_TEST(delimiter_of("a;b\n1;2\n") == ';');
    BOOST_TEST(delimiter_of("a\tb\n1\t2\n") == '\t');
    BOOST_TEST(delimiter_of("a|b\n1|2\n") == '|');
    BOOST_TEST(delimiter_of("a b\n1 2\n") == ' ');
    BOOST_TEST(delimiter_of("  a   b\n 1    2\n10   -3.5  \n") == ' ');
    BOOST_TEST(delimiter_of("a;b\n1,5;2\n3;4,5\n") == ';');
    // Both cut alike: the one that makes numbers is meant.
    BOOST_TEST(delimiter_of("x (a,b);y\n1,5;2\n2,5;3\n") == ';');
    BOOST_TEST(delimiter_of("x (a;b),y\n1,2\n3,4\n") == ',');
    BOOST_TEST(delimiter_of("name of it,x\nJohn A,2\n") == ',');
    BOOST_TEST(delimiter_of("\"a;b\",c\n\"1;2\",3\n") == ',');
}

BOOST_AUTO_TEST_CASE(where_nothing_cuts_it_is_the_comma) {
    for (const std::string text :
         {"a\n1\n2\n", "a;b\n1;2;3\n", "full name\nJohn Smith\nAnna Bell\n", "weight (kg)\n70\n",
          "a,b\n1\n", "", "\n\n", "\"a;b\n"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(delimiter_of(text) == ',');
    }
    BOOST_TEST(delimiter_of("a b\n1\n", {}, "d.tsv.gz") == '\t');
    BOOST_TEST(delimiter_of("a,b\n1,2\n", {}, "d.tsv") == ',');
    data::table_options comma;
    comma.decimal = ',';
    BOOST_TEST(delimiter_of("a\n1,5\n", comma) == ';');
    BOOST_TEST(delimiter_of("a,b\n\"1,5\",\"2\"\n", comma) == ',');
    BOOST_TEST(delimiter_of("a;b\n1;2\n", delimited_by(',')) == ',');
}

BOOST_AUTO_TEST_CASE(hints_name_the_option_that_helps) {
    BOOST_TEST(hint_of("a,b\n1,2\n").empty());
    BOOST_TEST(hint_of("0,1,2\n5,6,7\n").empty());  // as pandas names columns of an array
    BOOST_TEST(hint_of("a\n1\n").empty());
    BOOST_TEST(hint_of("# by me\na,b\n1,2\n3,4\n") ==
               "the first line begins with '#': --comment '#' passes over such lines");
    BOOST_TEST(hint_of("% by me\n1,2\n3,4\n") == "the first line begins with '%': --comment '%' "
                                                 "--no-header passes over such lines");
    BOOST_TEST(hint_of("title\n\na,b\n1,2\n3,4\n") ==
               "line 1 has 1 field, line 3 and those after it have 2: --skip-lines 2 begins there");
    BOOST_TEST(hint_of("title\n# r\na;b;c\n1,5;2;3\n# s\n2;3,5;4\n5;6;7\n") ==
               "line 1 has 1 field, line 3 and those after it have 3: --skip-lines 2 --comment "
               "'#' begins there");
    BOOST_TEST(hint_of("name,1990\nx,1\n").empty());
    BOOST_TEST(hint_of("5.1,3.5,1.4,setosa\n4.9,3.0,1.4,setosa\n") ==
               "the first line holds numbers: --no-header if it names no columns");
    BOOST_TEST(hint_of("5.1,3.5\n1,2\n") ==
               "the first line holds numbers alone: --no-header if it names no columns");
    BOOST_TEST(hint_of("a;b\n1;2\n", delimited_by(',')) ==
               "the delimiter looks like another: --delimiter ';'");
    BOOST_TEST(hint_of("a:b\n1:2\n") ==
               "the first line is one column: --delimiter C if something else is between fields");
}

BOOST_AUTO_TEST_CASE(options_pass_over_lines_and_places_stay_those_of_the_file) {
    data::table_options options;
    options.skip_lines = 2;
    options.comment = '#';
    const std::string text = "title, \"x\n\n# it's 5\" long\na,b\n1,2\n  # more\n#\n3,4\n";
    const tests::whole_table t = read_table(text, options);
    BOOST_TEST(t.columns == texts({"a", "b"}));
    BOOST_TEST((t.values == matrix(2, {1, 2, 3, 4})));
    BOOST_TEST(refusal_of(text + "# end\n5,x1\n", options)
                   .starts_with("d.csv, line 10, column 2 (b): need a number, got 'x1'"));
    options.skip_lines = 0;
    // Inside quotes the character means nothing.
    BOOST_TEST(refusal_of("a,b\n1,\"2\n# 3\"\n", options)
                   .starts_with("d.csv, line 2, column 2 (b): need a number, got '2?# 3'"));
    options.skip_lines = 9;
    BOOST_TEST(refusal_of("a,b\n1,2\n", options) ==
               "d.csv: has no more than 9 lines, need a table after those (--skip-lines)");
    options.skip_lines = 0;
    BOOST_TEST(refusal_of("# a\n# b", options) == "d.csv: need a table, got nothing but comments");
    BOOST_TEST(read_table("\xef\xbb\xbf# x\r\na,b\r\n1,2\r\n", options).columns ==
               texts({"a", "b"}));
}

BOOST_AUTO_TEST_CASE(a_remark_between_rows_is_told_by_its_first_character) {
    BOOST_TEST(refusal_of("a,b\n1,2\n# pause\n3,4\n") ==
               "d.csv, line 3: need 2 fields, got 1 (--comment '#' passes over lines that begin "
               "with it)");
    BOOST_TEST(refusal_of("a,b\n1,2\n3\n") == "d.csv, line 3: need 2 fields, got 1");
}

BOOST_AUTO_TEST_CASE(without_a_header_columns_are_numbered_and_no_row_is_lost) {
    data::table_options options;
    options.header = false;
    const tests::whole_table t = read_table("1,2\n3,4\n", options);
    BOOST_TEST(t.columns == texts({"0", "1"}));
    BOOST_TEST((t.values == matrix(2, {1, 2, 3, 4})));
    BOOST_TEST(refusal_of("1,2\n3,4,5\n", options) == "d.csv, line 2: need 2 fields, got 3");
    BOOST_TEST(refusal_of("1,2.5.1x\n", options) ==
               "d.csv, line 1, column 2 (1): need a number, got '2.5.1x'");
    BOOST_TEST((read_table("1 2\n3 4\n", options).values == matrix(2, {1, 2, 3, 4})));
    BOOST_TEST((read_table("\"1\",\"2\"\n", options).values == matrix(2, {1, 2})));
}

BOOST_AUTO_TEST_CASE(blanks_may_be_many_and_at_the_ends_of_lines) {
    const tests::whole_table t =
        read_table("  a   \"b  c\"\td \n 1    2\t 3\n10  -3.5 \"4\"\r\n\n");
    BOOST_TEST(t.columns == texts({"a", "b  c", "d"}));
    BOOST_TEST((t.values == matrix(3, {1, 2, 3, 10, -3.5, 4})));
    BOOST_TEST(refusal_of("a b\n1 2\n3\n", delimited_by(' ')) ==
               "d.csv, line 3: need 2 fields, got 1");
}

BOOST_AUTO_TEST_CASE(a_decimal_comma_is_read_where_it_is_said) {
    data::table_options options;
    options.decimal = ',';
    BOOST_TEST(
        (read_table("a;b\n1,5;-2\n+3;4,5e1\n", options).values == matrix(2, {1.5, -2, 3, 45})));
    BOOST_TEST((read_table("a,b\n\"1,5\",\"2\"\n", options).values == matrix(2, {1.5, 2})));
    BOOST_TEST((read_table("a\n1,5\n", options).values == matrix(1, {1.5})));
    BOOST_TEST(refusal_of("a;b\n1.5;2\n", options) ==
               "d.csv, line 2, column 1 (a): need a number, got '1.5' (--decimal . reads such "
               "numbers)");
    BOOST_TEST(refusal_of("a;b\n1.234,5;2\n", options) ==
               "d.csv, line 2, column 1 (a): need a number, got '1.234,5' (marks of thousands are "
               "not read, take them out)");
    BOOST_TEST(refusal_of("a;b\n1,5;2\n") ==
               "d.csv, line 2, column 1 (a): need a number, got '1,5' (--decimal , reads such "
               "numbers)");
}

BOOST_AUTO_TEST_CASE(truth_values_are_numbers) {
    BOOST_TEST((read_table("a,b\nTrue,FALSE\nfalse,TRUE\ntrue,False\n").values ==
                matrix(2, {1, 0, 0, 1, 1, 0})));
    BOOST_TEST(refusal_of("a\nTruE\n").starts_with("d.csv, line 2, column 1 (a): need a number"));
}

// Names of columns that nobody can tell apart are refused with what may have happened.
BOOST_AUTO_TEST_CASE(a_first_line_that_names_nothing_is_refused_with_a_hint) {
    BOOST_TEST(refusal_of("506,13,,\nx,y,z,w\n1,2,3,4\n") ==
               "d.csv, line 1: need different columns, but '' is there twice (--skip-lines N if "
               "the header is further down)");
    BOOST_TEST(refusal_of("5,5\n1,2\n") ==
               "d.csv, line 1: need different columns, but '5' is there twice (the first line "
               "holds numbers alone: --no-header if it names no columns)");
    BOOST_TEST(refusal_of("title\na,b\n1,2\n3,4\n") ==
               "d.csv, line 2: need 1 field, got 2 (line 1 has 1 field, line 2 and those after it "
               "have 2: --skip-lines 1 begins there)");
}

BOOST_AUTO_TEST_CASE(options_that_cannot_be_are_refused) {
    const auto refuses = [](const data::table_options& options, const std::string& message) {
        BOOST_CHECK_EXCEPTION(options.validate(), data::input_error, tests::says(message));
    };
    data::table_options options;
    options.comment = ',';
    refuses(options, "comment: need a character that is no quote, blank, comma or delimiter, got "
                     "','");
    options = {};
    options.decimal = ';';
    refuses(options, "decimal: need . or ,, got ';'");
    refuses(delimited_by('7'), "delimiter: need a character that is in no number, got '7'");
    refuses(delimited_by('\n'), "delimiter: need a character that is in no number, got '\\x0a'");
}

BOOST_AUTO_TEST_SUITE_END()
