#include "fusionflow/data/readers/column_facts.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/readers/chained_table.hpp"
#include "fusionflow/data/readers/npz.hpp"
#include "tests/support/arrays.hpp"
#include "tests/support/says.hpp"
#include "tests/support/tables.hpp"

using namespace fusionflow;
using data::column_kind;

BOOST_TEST_DONT_PRINT_LOG_VALUE(column_kind)

BOOST_AUTO_TEST_SUITE(column_facts)

namespace {

std::vector<data::column_facts> survey(const std::string& bytes, const std::string& name = "d.csv",
                                       const data::table_options& options = {}) {
    const tests::temporary_folder folder;
    tests::write(folder.file(name), bytes);
    return data::open_table(folder.file(name), options)->survey();
}

}  // namespace

BOOST_AUTO_TEST_CASE(kinds_are_of_all_values_that_are_there) {
    const auto facts = survey("w,n,t,s,m,e,c\n1,1.5,True,x,1,NA,7\n-2,NA,False,y,z,,7\n"
                              "3,2,true,x,0.5,?,7\n");
    const std::vector<column_kind> kinds = {
        column_kind::whole, column_kind::number, column_kind::truth, column_kind::text,
        column_kind::mixed, column_kind::empty,  column_kind::whole};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        BOOST_TEST_INFO(facts[i].name());
        BOOST_TEST((facts[i].kind() == kinds[i]));
        BOOST_TEST(facts[i].rows() == 3U);
        BOOST_TEST(facts[i].constant() == (facts[i].name() == "c"));
    }
    BOOST_TEST(facts[0].least() == -2);
    BOOST_TEST(facts[0].most() == 3);
    BOOST_TEST(facts[1].missing() == 1U);
    BOOST_TEST((facts[3].labels() == data::column_facts::label_set{"x", "y"}));
    BOOST_TEST(facts[4].texts() == 1U);
    BOOST_TEST(facts[5].missing() == 3U);
}

BOOST_AUTO_TEST_CASE(options_say_how_the_table_is_read) {
    data::table_options options;
    options.decimal = ',';
    options.missing_marks = {"-999"};
    const auto facts = survey("a;b\n1,5;-999\n\"2,5\";4\n", "d.csv", options);
    BOOST_TEST(facts[0].most() == 2.5);
    BOOST_TEST(facts[1].missing() == 1U);
    BOOST_TEST((facts[1].kind() == column_kind::whole));
}

BOOST_AUTO_TEST_CASE(damage_is_refused_all_the_same) {
    BOOST_CHECK_THROW((void)survey("a,b\n1,2\n3\n"), data::input_error);
    BOOST_CHECK_THROW((void)survey("a,b\n1,\"2\n"), data::input_error);
    BOOST_CHECK_THROW((void)survey("a,b\n1,x\"2\"\n"), data::input_error);
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), "a,b\n1,x\n\n\"2\n\",3\n1\n");
    BOOST_CHECK_EXCEPTION((void)data::open_table(folder.file("d.csv"))->survey(), data::input_error,
                          tests::says(folder.file("d.csv") + ", line 6: need 2 fields, got 1"));
}

BOOST_AUTO_TEST_CASE(a_blank_line_is_a_gap_of_a_single_column_only) {
    const auto one = survey("a\r\n1\r\n\r\n2\r\n");
    BOOST_TEST(one[0].rows() == 3U);
    BOOST_TEST(one[0].missing() == 1U);
    BOOST_TEST(survey("a,b\n1,2\n\n3,4\n")[0].rows() == 2U);
}

BOOST_AUTO_TEST_CASE(arrays_and_tables_in_a_row_are_surveyed_too) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto array = survey(tests::npy_file({3, 2}, {1, nan, 2.5, 4, 3, 4}), "d.npy");
    BOOST_TEST((array[0].kind() == column_kind::number));
    BOOST_TEST(array[1].missing() == 1U);
    BOOST_TEST(array[1].constant());
    const auto npz =
        survey(data::format_npz({{"x", {2, 2}, {1, 2, 3, 4}}, {"t", {3}, {5, 6, 7}}}), "d.npz");
    BOOST_TEST(npz.size() == 3U);
    BOOST_TEST(npz[2].rows() == 3U);
    BOOST_TEST(npz[1].most() == 4);
    const tests::temporary_folder folder;
    tests::write(folder.file("a.csv"), "x,y\n1,a\n");
    tests::write(folder.file("b.csv"), "x,y\n2.5,b\nNA,b\n");
    const auto both = data::open_tables({folder.file("a.csv"), folder.file("b.csv")}, {})->survey();
    BOOST_TEST((both[0].kind() == column_kind::number));
    BOOST_TEST(both[0].rows() == 3U);
    BOOST_TEST(both[1].labels().size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
