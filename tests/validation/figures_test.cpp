#include "fusionflow/validation/figures/figures.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/solver/method.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::curve_style;
using validation::grid;
using validation::set_option;
using validation::settings;

BOOST_AUTO_TEST_SUITE(figures)

namespace {

settings small_network() {
    settings s;
    set_option(s, "init", "0.1");
    set_option(s, "width", "8");
    set_option(s, "method", "flow");
    return s;
}

}  // namespace

BOOST_AUTO_TEST_CASE(table_has_a_panel_per_point_and_a_curve_per_method) {
    settings s = small_network();
    set_option(s, "depth", "3");
    const auto fig = table_figure(s, grid::parse("fusion=2,3"), {"formula", "flow", "full"}, "by");
    BOOST_TEST(fig.provenance == "by");
    BOOST_REQUIRE(fig.panels.size() == 2U);
    BOOST_TEST(fig.panels[0].title == "fusion = 2");
    for (const auto& p : fig.panels) {
        BOOST_TEST(p.marks.size() == 2U);
        BOOST_REQUIRE(p.curves.size() == 2U);
        BOOST_TEST(p.curves[0].label == "reduced flow");
        BOOST_TEST((p.curves[0].style == curve_style::line));
        BOOST_TEST(p.curves[1].label == "balanced network, H = 8");
        BOOST_TEST((p.curves[1].style == curve_style::markers));
        BOOST_TEST(p.curves[1].path.size() > 10U);
    }
}

BOOST_AUTO_TEST_CASE(one_run_of_a_random_two_layer_network_is_held_against_the_exact_flow) {
    settings s = small_network();
    set_option(s, "scheme", "gaussian-iid");
    const auto result = tests::answer_of(s, "full", 0, true);
    const auto fig = one_run_figure(s, solver::find_method("full"), result.path, "");
    BOOST_REQUIRE(fig.panels.size() == 1U);
    BOOST_TEST(fig.panels[0].title == "depth 2, fused at layer 2");
    BOOST_REQUIRE(fig.panels[0].curves.size() == 2U);
    BOOST_TEST((fig.panels[0].curves[0].style == curve_style::dashed));
    BOOST_TEST(fig.panels[0].curves[0].label == "exact flow of the draw");
    BOOST_TEST(fig.panels[0].curves[1].label == "gaussian-iid network, H = 8");
}

BOOST_AUTO_TEST_CASE(one_run_names_unequal_branches) {
    settings s = small_network();
    set_option(s, "branches", "2,3");
    set_option(s, "shared", "1");
    const auto result = tests::answer_of(s, "flow", 0, true);
    const auto fig = one_run_figure(s, solver::find_method("flow"), result.path, "");
    BOOST_TEST(fig.panels[0].title == "branches of 2, 3 layers, 1 shared");
    BOOST_TEST(fig.panels[0].curves.size() == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_more_panels_than_fit) {
    BOOST_CHECK_EXCEPTION(validation::check_table_figure(grid::parse("depth=2:10")),
                          data::input_error,
                          says("plot: need at most 8 grid points to draw, got 9"));
}

BOOST_AUTO_TEST_SUITE_END()
