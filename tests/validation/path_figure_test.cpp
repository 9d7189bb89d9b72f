#include "fusionflow/validation/figures/path_figure.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace fusionflow;
using validation::bars;
using validation::curve;
using validation::path_style;

BOOST_AUTO_TEST_SUITE(path_figure)

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// |W_A| = t and |W_B| = t^2 while the loss is 100 - t, at t = 0, 1, ... 10.
solver::trajectory path() {
    solver::trajectory all;
    all.names = {"A", "B"};
    for (int t = 0; t <= 10; ++t) {
        all.time.push_back(t);
        all.norms.emplace_back(Eigen::Vector2d(t, t * t));
        all.loss.push_back(100 - t);
    }
    return all;
}

std::vector<std::string> names_of(const std::vector<validation::legend_entry>& group) {
    std::vector<std::string> names;
    for (const auto& entry : group) {
        names.push_back(entry.name);
    }
    return names;
}

}  // namespace

BOOST_AUTO_TEST_CASE(loss_stands_above_the_norms_over_the_same_time) {
    const auto fig =
        validation::path_figure({{"one", {{"flow", path_style::line, path()}}, {}}}, "epochs");
    BOOST_REQUIRE(fig.panels.size() == 1U);
    const auto& panel = fig.panels[0];
    BOOST_TEST((panel.title == "one" && panel.x.label == "epochs"));
    BOOST_REQUIRE(panel.plots.size() == 2U);
    BOOST_TEST(panel.plots[0].y.label == "loss (target²)");
    BOOST_TEST(panel.plots[1].y.label == "|W_m| (target / input)");
    // Marks, then a curve of the loss, or one for each modality.
    BOOST_REQUIRE((panel.plots[0].layers.size() == 2U && panel.plots[1].layers.size() == 3U));
    const auto& loss = std::get<curve>(panel.plots[0].layers[1]);
    const auto& second = std::get<curve>(panel.plots[1].layers[2]);
    BOOST_REQUIRE((loss.points.size() == 11U && second.points.size() == 11U));
    BOOST_TEST((loss.points[3].x == 3 && loss.points[3].y == 97));
    BOOST_TEST((second.points[3].x == 3 && second.points[3].y == 9));
}

BOOST_AUTO_TEST_CASE(time_ends_with_the_paths_or_after_marks_that_are_near) {
    const auto fig =
        validation::path_figure({{"", {{"flow", path_style::line, path()}}, {12, 1000, inf}},
                                 {"", {{"flow", path_style::line, path()}}, {3}},
                                 {"", {}, {2, inf}}});
    BOOST_TEST(*fig.panels[0].x.high == 12.6, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(*fig.panels[1].x.high == 10.0);
    BOOST_TEST(*fig.panels[2].x.high == 2.1, boost::test_tools::tolerance(1e-12));
    for (const auto& plot : fig.panels[0].plots) {
        const auto& marks = std::get<bars>(plot.layers[0]);
        BOOST_REQUIRE(marks.all.size() == 3U);
        BOOST_TEST((marks.all[0].x == 12 && marks.all[0].low == -inf && marks.all[0].high == inf));
    }
}

BOOST_AUTO_TEST_CASE(legend_names_modalities_and_the_paths_of_the_panel_with_most) {
    const auto fig = validation::path_figure({{"", {}, {}},
                                              {"",
                                               {{"flow", path_style::dashed, path()},
                                                {"one network", path_style::markers, path()},
                                                {"another", path_style::markers, path()}},
                                               {2}}});
    BOOST_REQUIRE(fig.legend.size() == 2U);
    BOOST_TEST(names_of(fig.legend[0]) == (std::vector<std::string>{"A", "B"}));
    BOOST_TEST(names_of(fig.legend[1]) ==
               (std::vector<std::string>{"flow", "one network", "another", "formula"}));
    // Networks that coincide are told apart: outlines behind, filled markers in front.
    BOOST_TEST((!fig.legend[1][1].how.filled && fig.legend[1][2].how.filled));
}

BOOST_AUTO_TEST_CASE(formulas_that_say_never_are_not_in_the_legend) {
    const auto fig =
        validation::path_figure({{"", {{"flow", path_style::line, path()}}, {inf, inf}}});
    BOOST_TEST(names_of(fig.legend[1]) == (std::vector<std::string>{"flow"}));
}

BOOST_AUTO_TEST_SUITE_END()
