#include "fusionflow/validation/figures/run_figure.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/solver/method.hpp"
#include "tests/support/options.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::curve;
using validation::grid;
using validation::marker;
using validation::set_option;
using validation::settings;
using validation::stroke;

BOOST_AUTO_TEST_SUITE(run_figure)

namespace {

settings small_network() {
    settings s;
    set_option(s, "init", "0.1");
    set_option(s, "width", "8");
    set_option(s, "method", "flow");
    return s;
}

/// The curves of a plot; formulas are bars.
std::vector<curve> curves_of(const validation::plot& one) {
    std::vector<curve> all;
    for (const validation::layer& any : one.layers) {
        if (const auto* c = std::get_if<curve>(&any)) {
            all.push_back(*c);
        }
    }
    return all;
}

/// What the legend says of methods, below the modalities.
std::vector<std::string> methods_of(const validation::figure& fig) {
    std::vector<std::string> names;
    for (const validation::legend_entry& entry : fig.legend.at(1)) {
        names.push_back(entry.name);
    }
    return names;
}

}  // namespace

BOOST_AUTO_TEST_CASE(table_has_a_panel_per_point_and_a_curve_per_method) {
    settings s = small_network();
    set_option(s, "depth", "3");
    const auto fig = table_figure(s, grid::parse("fusion=2,3"), {"formula", "flow", "full"}, "by");
    BOOST_TEST((fig.description == "by" && fig.small_print == "by"));
    BOOST_TEST(methods_of(fig) ==
               (std::vector<std::string>{"reduced flow", "balanced network, H = 8", "formula"}));
    BOOST_REQUIRE(fig.panels.size() == 2U);
    BOOST_TEST(fig.panels[0].title == "fusion = 2");
    for (const auto& p : fig.panels) {
        BOOST_REQUIRE(p.plots.size() == 2U);
        BOOST_TEST(std::get<validation::bars>(p.plots[0].layers.front()).all.size() == 2U);
        const auto losses = curves_of(p.plots[0]);
        BOOST_REQUIRE(losses.size() == 2U);
        BOOST_TEST((losses[0].how.line == stroke::solid && losses[0].how.shape == marker::none));
        BOOST_TEST((losses[1].how.line == stroke::none && losses[1].how.shape != marker::none));
        BOOST_TEST(losses[1].points.size() > 10U);
    }
}

BOOST_AUTO_TEST_CASE(one_run_of_a_random_two_layer_network_is_held_against_the_exact_flow) {
    settings s = small_network();
    set_option(s, "scheme", "gaussian-iid");
    const auto result = tests::answer_of(s, "full", 0, true);
    const auto fig = one_run_figure(s, solver::find_method("full"), result.path, "");
    BOOST_REQUIRE(fig.panels.size() == 1U);
    BOOST_TEST(fig.panels[0].title == "depth 2, fused at layer 2");
    const auto losses = curves_of(fig.panels[0].plots[0]);
    BOOST_REQUIRE(losses.size() == 2U);
    BOOST_TEST((losses[0].how.line == stroke::dashed));
    const auto methods = methods_of(fig);
    BOOST_REQUIRE(methods.size() >= 2U);
    BOOST_TEST(methods[0] == "exact flow of the draw");
    BOOST_TEST(methods[1] == "gaussian-iid network, H = 8");
}

BOOST_AUTO_TEST_CASE(one_run_names_unequal_branches) {
    settings s = small_network();
    set_option(s, "branches", "2,3");
    set_option(s, "shared", "1");
    const auto result = tests::answer_of(s, "flow", 0, true);
    const auto fig = one_run_figure(s, solver::find_method("flow"), result.path, "");
    BOOST_TEST(fig.panels[0].title == "branches of 2, 3 layers, 1 shared");
    BOOST_TEST(curves_of(fig.panels[0].plots[0]).size() == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_more_panels_than_fit) {
    BOOST_CHECK_EXCEPTION(validation::check_table_figure(grid::parse("depth=2:10")),
                          data::input_error,
                          says("plot: need at most 8 grid points to draw, got 9"));
}

BOOST_AUTO_TEST_SUITE_END()
