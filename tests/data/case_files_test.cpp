// Files that were once read wrongly, or refused without saying why: tests/cases/README.md.
#include <boost/test/unit_test.hpp>

#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/data/readers/class_labels.hpp"
#include "tests/support/says.hpp"
#include "tests/support/tables.hpp"

using namespace fusionflow;
using tests::matrix;
using tests::says;

BOOST_AUTO_TEST_SUITE(case_files)

namespace {

using texts = std::vector<std::string>;

const std::string folder = FUSIONFLOW_SOURCE "/tests/cases/";

tests::whole_table read(const std::string& name, const data::table_options& options = {}) {
    return tests::read_all(*data::open_table(folder + name, options));
}

// The file is refused, by this rule.
void refuses(const std::string& name, const std::string& rule,
             const data::table_options& options = {}) {
    BOOST_TEST_INFO(name);
    BOOST_CHECK_EXCEPTION((void)read(name, options), data::input_error, says(folder + name + rule));
}

texts classes_of(const std::string& name, std::size_t column, data::class_labels& labels) {
    (void)tests::read_all(*data::open_table(folder + name), {{column, &labels}});
    labels.freeze();
    return labels.names();
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_follows_a_gzip_member_is_another_or_damage) {
    const std::string rule =
        ": damaged: what follows its compressed data is neither compressed nor zeros";
    refuses("gz_member_then_plain.csv.gz", rule);
    refuses("gz_second_member_damaged.csv.gz", rule);
}

BOOST_AUTO_TEST_CASE(labels_have_to_be_text) {
    data::class_labels labels;
    for (const std::string name : {"classes_latin1_part1.csv", "classes_latin1_part2.csv"}) {
        BOOST_CHECK_EXCEPTION(
            (void)classes_of(name, 2, labels), data::input_error,
            says(folder + name +
                 ", line 2, column 3 (y): need labels in UTF-8 (iconv -f latin1 -t utf-8 converts "
                 "a file in Latin-1)"));
    }
}

BOOST_AUTO_TEST_CASE(labels_that_are_all_numbers_are_numbers) {
    data::class_labels spelled;
    BOOST_TEST(classes_of("classes_spelled_differently.csv", 2, spelled) == texts({"0", "1"}));
    BOOST_TEST(spelled.joined() == texts({"+1", "01", "1", "1.0"}));
    BOOST_TEST(spelled.code("01") == 1);
    BOOST_TEST(spelled.code("0") == 0);
    BOOST_TEST(spelled.code("2") == -1);
    data::class_labels signs;
    BOOST_TEST(classes_of("classes_plus_minus.csv", 2, signs) == texts({"-1", "1"}));
    BOOST_TEST(signs.joined().empty());
}

BOOST_AUTO_TEST_CASE(the_place_of_the_first_digit_tells_how_large_a_number_is) {
    const std::string name = "too_large_negative_exponent.csv";
    BOOST_CHECK_EXCEPTION((void)read(name), data::input_error, [&name](const data::input_error& e) {
        return std::string(e.what()).starts_with(folder + name +
                                                 ", line 10, column 1 (a): need a finite "
                                                 "number, got '1000");
    });
}

BOOST_AUTO_TEST_CASE(arrays_are_what_numpy_reads) {
    const tests::whole_table truths = read("bool_bytes_2.npy");
    BOOST_TEST(truths.values.rows() == 8);
    BOOST_TEST((truths.values.colwise().maxCoeff() == matrix(3, {0, 1, 1})));
    BOOST_TEST((truths.values.colwise().minCoeff() == matrix(3, {0, 1, 1})));
    const tests::whole_table old = read("python2_long_shape.npy");
    BOOST_TEST(old.values.rows() == 8);
    BOOST_TEST((old.values.topRows(2) == matrix(3, {0, 1, 2, 3, 4, 5})));
    refuses("idx_type_0f.idx", ": need an IDX file of numbers of type 0x08, 0x09, or 0x0b to 0x0e, "
                               "got type 0x0f");
}

BOOST_AUTO_TEST_CASE(json_ends_where_the_file_does) {
    const std::string name = folder + "moments_then_nul.json";
    BOOST_CHECK_EXCEPTION((void)data::read_moments(name), data::input_error,
                          says(name + ": not JSON at line 1, column 125: a NUL byte"));
}

// The columns that newcomers cannot reach: they are found, or the option that helps is named.
BOOST_AUTO_TEST_CASE(tables_that_are_not_quite_csv_are_read_or_say_what_helps) {
    const texts columns = {"a", "b", "c", "y"};
    const data::row_matrix values = matrix(4, {1, 2, 3, 4, 2, 3, 5, 1, 4, 1, 2, 3});
    for (const std::string name : {"semicolon.csv", "tabs_named.csv", "blanks.csv"}) {
        const tests::whole_table t = read(name);
        BOOST_TEST(t.columns == columns);
        BOOST_TEST((t.values == values));
        BOOST_TEST(data::open_table(folder + name)->notes().size() == 1U);
    }
    data::table_options commented;
    commented.comment = '#';
    BOOST_TEST((read("comment.csv", commented).values == values));
    data::table_options skipping;
    skipping.skip_lines = 1;
    BOOST_TEST((read("comment.csv", skipping).values == values));
    BOOST_TEST(data::open_table(folder + "comment.csv")->hint() ==
               "the first line begins with '#': --comment '#' passes over such lines");
    data::table_options headless;
    headless.header = false;
    BOOST_TEST((read("no_header.csv", headless).values == values));
    BOOST_TEST(data::open_table(folder + "no_header.csv")->hint() ==
               "the first line holds numbers alone: --no-header if it names no columns");
    data::table_options comma;
    comma.decimal = ',';
    BOOST_TEST(read("semicolon_decimal_comma.csv", comma).values(0, 0) == 1.5);
    refuses("semicolon_decimal_comma.csv", ", line 2, column 1 (a): need a number, got '1,5' "
                                           "(--decimal , reads such numbers)");
    const std::string thousands =
        ", line 2, column 1 (a): need a number, got '1,234' (marks of thousands are not read, take "
        "them out";
    refuses("thousands.csv", thousands + "; if it is a decimal mark: --decimal ,)");
}

BOOST_AUTO_TEST_CASE(truth_values_are_0_and_1_and_the_usual_marks_are_missing) {
    BOOST_TEST((read("bools.csv").values.col(1) == matrix(1, {1, 0, 1})));
    const tests::whole_table dummies = read("pandas_get_dummies.csv");
    BOOST_TEST((dummies.values.rightCols(6).rowwise().sum().array() == 2).all());
    data::table_options skip;
    skip.missing = data::missing_rule::skip;
    for (const std::string name : {"na_slash.csv", "none.csv", "question_mark.csv", "dash.csv"}) {
        const tests::whole_table t = read(name, skip);
        BOOST_TEST_INFO(name);
        BOOST_TEST((t.values == matrix(4, {2, 3, 5, 1, 4, 1, 2, 3})));
        BOOST_TEST(t.progress.skipped == 1U);
    }
    refuses("none.csv", ", line 2, column 2 (b): a value is missing, 'None' (--missing skip leaves "
                        "such rows out)");
}

BOOST_AUTO_TEST_CASE(texts_are_refused_with_a_way_round) {
    refuses("strings.csv",
            ", line 2, column 1 (a): need a number, got 'red' (categories: --one-hot "
            "COLUMN for those of an input, --target-classes for the target's)");
    refuses("dates.csv", ", line 2, column 1 (a): need a number, got '2020-01-01' (dates and times "
                         "are not read: write them as numbers, of days for example)");
}

BOOST_AUTO_TEST_SUITE_END()
