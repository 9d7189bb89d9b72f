#include "fusionflow/validation/report/columns_report.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/folder.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(columns_report)

namespace {

std::unique_ptr<data::table_source> open(const tests::temporary_folder& folder) {
    tests::write(folder.file("d.csv"), "a,b,c,d\n1,x,2.5,7\n2,y,oops,7\n3,,NA,7\n");
    return data::open_table(folder.file("d.csv"), {});
}

}  // namespace

BOOST_AUTO_TEST_CASE(text_has_a_row_per_column) {
    const tests::temporary_folder folder;
    BOOST_TEST('\n' + validation::to_text(open(folder)->survey()) == R"(
column  kind   rows  missing  range
a       whole     3        0  1 to 3
b       text      3        1  2 texts: 'x', 'y'
c       mixed     3        1  always 2.5, and 1 text: 'oops'
d       whole     3        0  always 7
)");
}

BOOST_AUTO_TEST_CASE(json_has_ranges_of_numbers_and_texts) {
    const tests::temporary_folder folder;
    const auto all = nlohmann::json::parse(
        validation::json_text(open(folder)->survey(), {"a warning"}, "made by a test"));
    const auto& columns = all["columns"];
    BOOST_TEST_REQUIRE(columns.size() == 4U);
    BOOST_TEST(columns[0]["least"] == 1);
    BOOST_TEST(columns[0]["most"] == 3);
    BOOST_TEST(columns[0]["labels"].empty());
    BOOST_TEST(columns[1]["least"].is_null());
    BOOST_TEST(columns[1]["labels"] == nlohmann::json::array({"x", "y"}));
    BOOST_TEST(columns[3]["constant"] == true);
    BOOST_TEST(all["warnings"][0] == "a warning");
    BOOST_TEST(all["provenance"] == "made by a test");
}

BOOST_AUTO_TEST_CASE(a_column_of_numbers_with_some_texts_is_a_warning) {
    const tests::temporary_folder folder;
    const auto table = open(folder);
    const auto warnings = validation::warnings_of(*table, table->survey(), '.');
    BOOST_TEST_REQUIRE(!warnings.empty());
    BOOST_TEST(warnings.back().starts_with(
        "'c' holds numbers except for 1 value, such as 'oops' (--missing-marks"));
}

BOOST_AUTO_TEST_SUITE_END()
