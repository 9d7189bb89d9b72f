#include "fusionflow/validation/study/table_format.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <nlohmann/json.hpp>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/validation/study/sheet.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::format_table;
using validation::table;
using format = validation::table_format;
using validation::table_layout;

BOOST_AUTO_TEST_SUITE(table_format)

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// One axis, a name that needs quoting everywhere, a time that never comes and one that is unknown.
table example() {
    table t;
    t.points = validation::grid::parse("fusion=1,2");
    t.names = {"A", "x_1,|&"};
    t.methods = {"formula", "flow", "full"};
    t.labels = {"formula", "reduced flow", "gaussian network"};
    const auto row = [&](std::size_t point, std::size_t method, int repeat,
                         std::vector<double> times, double ratio, const std::string& outcome) {
        t.rows.push_back({point, method, repeat, std::move(times), ratio, outcome, false});
    };
    row(0, 0, 0, {1.0 / 3, 4}, 12, "learned");
    row(0, 1, 0, {0.25, theory::never}, theory::never, "permanent_bias");
    row(0, 2, 0, {0.5, 2}, 4, "learned");
    row(0, 2, 1, {1.5, 2}, 4.0 / 3, "learned");
    row(1, 0, 0, {unknown, unknown}, unknown, "no_plateau");
    row(1, 1, 0, {3, 6}, 2, "learned");
    row(1, 2, 0, {3, 6}, 2, "learned");
    row(1, 2, 1, {3, 6}, 2, "learned");
    return t;
}

}  // namespace

BOOST_AUTO_TEST_CASE(csv_holds_all_digits_and_quotes_names) {
    const std::string text =
        format_table(example(), table_layout::rows, format::csv, "made by a test");
    BOOST_TEST(text.starts_with("# made by a test\n"
                                "fusion,method,repeat,time_A,\"time_x_1,|&\",time_ratio,outcome\n"
                                "1,formula,0,0.3333333333333333,4,12,learned\n"
                                "1,flow,0,0.25,inf,inf,permanent_bias\n"));
    BOOST_TEST(text.find("\n2,formula,0,,,,no_plateau\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(json_has_null_for_never_and_a_warning) {
    const auto json = nlohmann::json::parse(
        format_table(example(), table_layout::rows, format::json, "made by a test"));
    BOOST_TEST(json["provenance"] == "made by a test");
    BOOST_TEST(json["rows"].size() == 8U);
    BOOST_TEST(json["rows"][0]["fusion"] == 1);
    BOOST_TEST(json["rows"][0]["time_A"] == 1.0 / 3);
    BOOST_TEST(json["rows"][1]["time_x_1,|&"].is_null());
    BOOST_TEST(json["rows"][4]["time_ratio"].is_null());
    BOOST_TEST(json["warnings"].size() == 1U);
    BOOST_TEST(json["warnings"][0] == "rows[1]: x_1,|& is never learned (permanent_bias)");
}

BOOST_AUTO_TEST_CASE(wide_has_a_row_per_modality_and_differences_to_the_flow) {
    const std::string text = format_table(example(), table_layout::wide, format::text, "not shown");
    const std::string expected = R"(
fusion  modality         formula  reduced flow  gaussian network  formula vs flow  full vs flow
     1  A             0.33333333          0.25           1 ± 0.5         +3.3e-01      +3.0e+00
     1  x_1,|&                 4         never             2 ± 0                -             -
     1  last / first          12         never      2.6667 ± 1.3                -             -
     2  A                      -             3             3 ± 0                -      +0.0e+00
     2  x_1,|&                 -             6             6 ± 0                -      +0.0e+00
     2  last / first           -             2             2 ± 0                -      +0.0e+00
)";
    BOOST_TEST('\n' + text == expected);
}

BOOST_AUTO_TEST_CASE(ratios_of_a_method_replace_the_differences) {
    const std::string text =
        format_table(example(), table_layout::wide, format::text, "not shown", "full");
    const std::string expected = R"(
fusion  modality         formula  reduced flow  gaussian network  full/formula  full/flow
     1  A             0.33333333          0.25           1 ± 0.5             3          4
     1  x_1,|&                 4         never             2 ± 0           0.5          -
     1  last / first          12         never      2.6667 ± 1.3       0.22222          -
     2  A                      -             3             3 ± 0             -          1
     2  x_1,|&                 -             6             6 ± 0             -          1
     2  last / first           -             2             2 ± 0             -          1
)";
    BOOST_TEST('\n' + text == expected);
    const std::string csv =
        format_table(example(), table_layout::wide, format::csv, "made by a test", "full");
    // 8/3 over 12 with all digits, and nothing where there is no ratio.
    BOOST_TEST(csv.find(",0.2222222222222222,\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ratios_are_of_a_method_that_is_there) {
    BOOST_CHECK_EXCEPTION(
        (void)format_table(example(), table_layout::wide, format::text, "", "law"),
        data::input_error, says("ratio-of: need one of the methods formula,flow,full; got 'law'"));
}

BOOST_AUTO_TEST_CASE(markdown_is_a_table_with_its_provenance_below) {
    const std::string text =
        format_table(example(), table_layout::wide, format::markdown, "made by a test");
    BOOST_TEST(text.find("|-------:|--------------|") != std::string::npos);
    BOOST_TEST(text.find("x_1,\\|&") != std::string::npos);
    BOOST_TEST(text.ends_with("\n\nMade by `made by a test`\n"));
}

BOOST_AUTO_TEST_CASE(latex_escapes_what_it_would_read) {
    const std::string text =
        format_table(example(), table_layout::wide, format::latex, "made by a test");
    BOOST_TEST(text.starts_with("% made by a test\n\\begin{tabular}{rlrrrrr}\n"));
    BOOST_TEST(text.find("x\\_1,|\\&") != std::string::npos);
    BOOST_TEST(text.find("1 $\\pm$ 0.5") != std::string::npos);
    BOOST_TEST(text.ends_with("\\hline\n\\end{tabular}\n"));
}

BOOST_AUTO_TEST_CASE(text_is_aligned_by_characters_not_bytes) {
    const validation::sheet s{{{"ä", false}, {"number"}}, {{"é", "1"}, {"long", "22"}}};
    BOOST_TEST(validation::to_text(s) == "ä     number\né          1\nlong      22\n");
}

BOOST_AUTO_TEST_CASE(a_column_says_of_every_row_what_stands_there) {
    validation::sheet s = validation::sheet::of_rows(2);
    s.add({"name", false}, [](std::size_t row) { return row == 0 ? "first" : "second"; });
    s.add({"square"}, [](std::size_t row) { return std::to_string(row * row); });
    BOOST_TEST(validation::to_text(s) == "name    square\nfirst        0\nsecond       1\n");
}

BOOST_AUTO_TEST_CASE(file_endings_choose_the_format) {
    BOOST_TEST((validation::format_of_file("a/b.md") == format::markdown));
    BOOST_TEST((validation::format_of_file("b.csv") == format::csv));
    BOOST_TEST((validation::format_of_file("b.tex") == format::latex));
    BOOST_TEST((validation::format_of_file("b.json") == format::json));
    BOOST_CHECK_EXCEPTION(
        (void)validation::format_of_file("b.xls"), data::input_error,
        says("output: need a file ending in .csv, .md, .tex or .json, got 'b.xls'"));
}

BOOST_AUTO_TEST_SUITE_END()
