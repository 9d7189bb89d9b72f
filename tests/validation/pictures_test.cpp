// Figures of experiments: what is measured is where it should be seen.

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"
#include "fusionflow/validation/experiments/suite.hpp"

using namespace fusionflow;
using validation::bars;
using validation::curve;
using validation::experiment;
using validation::figure;
using validation::kept_paths;
using validation::measurements;
using validation::stroke;

BOOST_AUTO_TEST_SUITE(pictures)

namespace {

/// \param series  A formula and a flow of two draws as a rule.
experiment with_figure(const std::string& figure, const std::string& more = "") {
    return validation::parse_suite("about = \"A.\"\n[[experiment]]\nname = \"e\"\ntitle = \"T\"\n"
                                   "claim = \"C.\"\nmodel = { init = 0.1, width = 8" +
                                       more +
                                       " }\ngrid = \"ratio=2,1.5; rho=0,0.5,0.6\"\n"
                                       "methods = [\"formula\", \"full\"]\nrepeats = 2\n"
                                       "figure = { " +
                                       figure +
                                       " }\n[[experiment.check]]\nname = \"c\"\nsays = \"S.\"\n"
                                       "kind = \"within\"\nmeasured = \"formula\"\n"
                                       "quantity = \"time_ratio\"\nlow = 1\nreason = \"R.\"\n",
                                   "s.toml")
        .experiments.at(0);
}

/// Point p and series s: 10 p + s, and of the second series a draw that is larger by 2.
measurements numbers(const experiment& e) {
    measurements m;
    m.modalities = {"A", "B"};
    m.runs.resize(e.points.size());
    for (std::size_t p = 0; p < m.runs.size(); ++p) {
        m.runs[p].resize(2);
        const double value = 10.0 * static_cast<double>(p);
        m.runs[p][0] = {{{{"time_ratio", value}}, "learned"}};
        m.runs[p][1] = {{{{"time_ratio", value + 1}}, "learned"},
                        {{{"time_ratio", value + 3}}, "learned"}};
    }
    return m;
}

figure drawn(const experiment& e, const measurements& m) { return e.figure->kind->draw(e, m); }

template <class Layer>
std::vector<Layer> layers_of(const validation::plot& one) {
    std::vector<Layer> all;
    for (const validation::layer& any : one.layers) {
        if (const auto* layer = std::get_if<Layer>(&any)) {
            all.push_back(*layer);
        }
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_kind_has_a_name_of_its_own_and_keeps_paths_if_it_spans_no_axes) {
    std::set<std::string_view> names;
    for (const validation::picture_kind* kind : validation::picture_kinds) {
        BOOST_TEST(names.insert(kind->name).second, kind->name);
        BOOST_TEST((kind->axes == 0) == (kind->keeps != kept_paths::none), kind->name);
    }
}

BOOST_AUTO_TEST_CASE(lines_are_means_with_bars_of_a_standard_error_to_either_side) {
    const experiment e =
        with_figure("kind = \"lines\", x = \"rho\", quantity = \"time_ratio\", panels = \"ratio\", "
                    "log_y = true");
    const figure fig = drawn(e, numbers(e));
    BOOST_REQUIRE(fig.panels.size() == 2U);
    BOOST_TEST((fig.panels[0].title == "ratio = 2" && fig.panels[1].title == "ratio = 1.5"));
    BOOST_TEST(fig.panels[1].x.label == "correlation ρ");
    const validation::plot& second = fig.panels[1].plots.at(0);
    BOOST_TEST((second.y.label == "time ratio, last / first" && second.y.log));
    const auto lines = layers_of<curve>(second);
    const auto errors = layers_of<bars>(second);
    BOOST_REQUIRE((lines.size() == 2U && errors.size() == 2U));
    // The second panel begins with point 3; the draws of a network are 1 apart from their mean,
    // which is sqrt(2) in both, and sqrt(2) / sqrt(2) of the mean.
    BOOST_REQUIRE((lines[0].points.size() == 3U && lines[1].points.size() == 3U));
    BOOST_TEST((lines[0].points[1].x == 0.5 && lines[0].points[1].y == 40));
    BOOST_TEST((lines[1].points[1].x == 0.5 && lines[1].points[1].y == 42));
    BOOST_TEST(errors[0].all.empty());
    BOOST_REQUIRE(errors[1].all.size() == 3U);
    BOOST_TEST(errors[1].all[1].low == 41, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(errors[1].all[1].high == 43, boost::test_tools::tolerance(1e-14));
    BOOST_TEST((lines[0].how.line == stroke::solid && lines[1].how.line == stroke::none));
}

BOOST_AUTO_TEST_CASE(lines_over_one_of_two_axes_have_a_colour_for_each_value_of_the_other) {
    const experiment e = with_figure("kind = \"lines\", x = \"ratio\", quantity = \"time_ratio\", "
                                     "shown = [\"formula\"]");
    measurements m = numbers(e);
    m.runs[4][0][0].values["time_ratio"] = INFINITY;  // ratio = 1.5, rho = 0.5
    const figure fig = drawn(e, m);
    const auto lines = layers_of<curve>(fig.panels.at(0).plots.at(0));
    BOOST_REQUIRE(lines.size() == 3U);
    BOOST_TEST(lines[0].points.size() == 2U);
    BOOST_TEST(lines[1].points.size() == 1U);
    for (std::size_t k = 0; k < 3; ++k) {
        BOOST_TEST(lines[k].how.colour == validation::colour_of(k));
    }
    BOOST_REQUIRE(fig.legend.size() == 2U);
    BOOST_TEST(fig.legend[0].at(1).name == "rho = 0.5");
    BOOST_TEST(fig.legend[1].at(0).name == "formula");
}

BOOST_AUTO_TEST_CASE(cells_of_a_map_cover_the_plane_and_hold_the_values_of_their_middles) {
    const experiment e =
        with_figure("kind = \"map\", x = \"rho\", y = \"ratio\", quantity = \"time_ratio\"");
    const figure fig = drawn(e, numbers(e));
    BOOST_REQUIRE(fig.panels.size() == 2U);
    BOOST_TEST((*fig.colours.low == 0 && *fig.colours.high == 52));
    const auto cells = layers_of<validation::heat_map>(fig.panels[1].plots.at(0)).at(0).cells;
    BOOST_REQUIRE(cells.size() == 6U);
    double area = 0;
    for (std::size_t p = 0; p < cells.size(); ++p) {
        area += (cells[p].right - cells[p].left) * (cells[p].top - cells[p].bottom);
        const std::vector<std::string> point = e.points.point(p);
        const double ratio = std::stod(point[0]);
        const double rho = std::stod(point[1]);
        BOOST_TEST((cells[p].left < rho && rho < cells[p].right));
        BOOST_TEST((cells[p].bottom < ratio && ratio < cells[p].top));
        BOOST_TEST(cells[p].value == 10.0 * static_cast<double>(p) + 2);
    }
    const auto& x = fig.panels[1].x;
    const auto& y = fig.panels[1].plots[0].y;
    // Six products of differences.
    BOOST_TEST(area == (*x.high - *x.low) * (*y.high - *y.low),
               boost::test_tools::tolerance(1e-13));
}

BOOST_AUTO_TEST_CASE(a_portrait_has_every_repeat_and_the_fixed_points) {
    const experiment e = with_figure("kind = \"portrait\", shown = [\"full\"]");
    measurements m = numbers(e);
    for (auto& run : m.runs[2][1]) {
        run.path.weights = {Eigen::Vector2d(0, 0), Eigen::Vector2d(0.5, 0.25)};
    }
    const figure fig = drawn(e, m);
    BOOST_REQUIRE(fig.panels.size() == 6U);
    const auto curves = layers_of<curve>(fig.panels[2].plots.at(0));
    BOOST_REQUIRE(curves.size() == 3U);
    for (std::size_t k = 0; k < 2; ++k) {
        BOOST_REQUIRE(curves[k].points.size() == 2U);
        BOOST_TEST((curves[k].points[1].x == 0.5 && curves[k].points[1].y == 0.25));
    }
    // Nothing, either modality alone, and both: W = 0, s_A / Sigma_AA, s_B / Sigma_BB, W*. The
    // weights of both are 1, so with deviations 2 and 1 and correlation 0.6 they are 1 + 0.6 / 2
    // and 1 + 0.6 * 2 alone.
    std::set<std::pair<double, double>> fixed;
    for (const auto& p : curves[2].points) {
        fixed.insert({std::round(1e9 * p.x), std::round(1e9 * p.y)});
    }
    const std::set<std::pair<double, double>> expected = {
        {0, 0}, {1.3e9, 0}, {0, 2.2e9}, {1e9, 1e9}};
    BOOST_TEST((fixed == expected));
    BOOST_TEST(fig.panels[2].title == "ratio = 2, rho = 0.6");
}

BOOST_AUTO_TEST_CASE(errors_show_the_training_loss_and_the_generalisation_error) {
    const experiment e = validation::parse_suite(
                             R"(about = "A."
[[experiment]]
name = "e"
title = "T"
claim = "C."
model = { data = "gaussian", dims = [1, 1], draws = 100, init = 0.1 }
methods = ["flow"]
figure = { kind = "errors", log_x = true }
[[experiment.check]]
name = "c"
says = "S."
kind = "within"
measured = "flow"
quantity = "time_ratio"
low = 1
reason = "R."
)",
                             "s.toml")
                             .experiments.at(0);
    measurements m;
    m.runs = {{{{{}, "learned"}}}};
    auto& path = m.runs[0][0][0].path;
    path.time = {0, 1, 2};
    path.loss = {3, 2, 1};
    path.weights.assign(3, Eigen::Vector2d(0, 0));
    const auto curves = layers_of<curve>(drawn(e, m).panels.at(0).plots.at(0));
    BOOST_REQUIRE(curves.size() == 2U);
    BOOST_TEST((curves[0].points.at(1).x == 1 && curves[0].points.at(1).y == 2));
    // Of weights that stay where they are the error does.
    BOOST_TEST(curves[1].points.at(0).y > 0);
    BOOST_TEST(curves[1].points.at(2).y == curves[1].points.at(0).y);
    BOOST_TEST(drawn(e, m).panels[0].x.log);
}

BOOST_AUTO_TEST_SUITE_END()
