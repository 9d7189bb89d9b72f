#include "fusionflow/validation/report/sensitivities_report.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/models.hpp"

using namespace fusionflow;
using json = nlohmann::ordered_json;
using kind = theory::parameter::kind;

BOOST_AUTO_TEST_SUITE(sensitivities_report)

namespace {

// Of A and B: init, the scale of A, their coupling, weight decay.
theory::sensitivity_table example() {
    theory::sensitivity_table table;
    table.parameters = {
        {kind::init}, {kind::scale, 0}, {kind::coupling, 0, 1}, {kind::weight_decay}};
    table.leading.resize(2, 4);
    table.leading << -0.5, -2, 0, 3, -0.25, theory::unknown, 1.25, 4;
    return table;
}

}  // namespace

BOOST_AUTO_TEST_CASE(json_names_what_the_slopes_are_by) {
    theory::sensitivity_table table = example();
    const data::moments moments = tests::toy(0.5, 2);
    const json all = validation::to_json(moments, table);
    BOOST_TEST_REQUIRE(all.size() == 2U);
    BOOST_TEST(all[0]["name"] == "A");
    BOOST_TEST(all[0]["by"]["init"] == -0.5);
    BOOST_TEST(all[0]["by"]["scale"]["A"] == -2.0);
    BOOST_TEST(all[0]["by"]["target_scale"].is_null());
    BOOST_TEST(all[1]["by"]["scale"]["A"].is_null());
    BOOST_TEST(all[1]["by"]["coupling"]["A,B"] == 1.25);
    BOOST_TEST(all[1]["by"]["weight_decay"] == 4.0);
    BOOST_TEST(all[0]["by_refined"].is_null());
    table.refined = table.leading;
    BOOST_TEST(validation::to_json(moments, table)[1]["by_refined"] == all[1]["by"]);
    const solver::flow_sensitivity_table flow{table.parameters, table.leading, {}};
    BOOST_TEST(validation::to_json(moments, flow)[0]["by"] == all[0]["by"]);
    BOOST_TEST(!validation::to_json(moments, flow)[0].contains("by_refined"));
}

BOOST_AUTO_TEST_CASE(text_is_in_per_cent_and_leaves_out_what_is_not_given) {
    const data::moments moments = tests::toy(0.5, 2);
    const std::string always = R"(
1 % more: change of the time in %     A      B
init                               -0.5  -0.25
scale of A                           -2      -
coupling of A and B                   0  +1.25
)";
    BOOST_TEST(validation::to_text(moments, example(), {}) == always);
    // One per cent more of 0.5.
    BOOST_TEST(validation::to_text(moments, example(), {.weight_decay = 0.5}) ==
               always + "weight decay                       +1.5     +2\n");
}

BOOST_AUTO_TEST_CASE(five_modalities_stand_side_by_side) {
    const data::moments moments = tests::random_moments({1, 1, 1, 1, 1, 1, 1}, 1);
    const auto sheets = validation::sensitivity_sheets(
        moments, {{kind::init}}, Eigen::MatrixXd::Constant(7, 1, -1), {}, "change of the time");
    BOOST_TEST_REQUIRE(sheets.size() == 2U);
    BOOST_TEST(sheets[0].columns.size() == 6U);
    BOOST_TEST(sheets[1].columns.size() == 3U);
    BOOST_TEST(sheets[1].columns[2].name == "G");
}

BOOST_AUTO_TEST_SUITE_END()
