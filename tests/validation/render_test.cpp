#include "fusionflow/validation/figures/render.hpp"

#include <boost/property_tree/xml_parser.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <sstream>

#include "fusionflow/validation/figures/gnuplot.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::bars;
using validation::curve;
using validation::draw;
using validation::figure;
using validation::gnuplot_script;
using validation::panel;
using validation::plot;
using validation::point;
using validation::stroke;

BOOST_AUTO_TEST_SUITE(render)

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// y = f(x) at 10,001 places from 0 to 10.
template <class Function>
curve curve_of(Function f) {
    curve c;
    for (int i = 0; i <= 10000; ++i) {
        c.points.push_back({i / 1000.0, f(i / 1000.0)});
    }
    return c;
}

double step(double x) { return 0.5 + 0.5 * std::tanh(20 * (x - 5)); }

/// Two panels of two plots, a legend and a description.
figure example(const std::vector<std::string>& names = {"sound", "sight"}) {
    figure fig;
    fig.title = "What rises";
    fig.description = "fusionflow table <grid> & more";
    fig.small_print = fig.description;
    fig.shared_y = true;
    for (const char* title : {"fusion = 1", "fusion = 2"}) {
        panel p;
        p.title = title;
        p.x.label = "time t (τ)";
        for (const char* label : {"loss (target²)", "|W_m| (target / input)"}) {
            plot one;
            one.y.label = label;
            one.layers.emplace_back(bars{{}, {{3, -inf, inf}}});
            one.layers.emplace_back(curve_of(step));
            p.plots.push_back(one);
        }
        fig.panels.push_back(p);
    }
    fig.legend.resize(1);
    for (std::size_t i = 0; i < names.size(); ++i) {
        fig.legend[0].push_back({{.colour = validation::colour_of(i)}, names[i]});
    }
    return fig;
}

/// A figure of one plot.
figure of_one(const validation::layer& what, const validation::axis& x = {},
              const validation::axis& y = {}) {
    figure fig;
    fig.panels.push_back({"", x, {plot{y, {what}}}});
    return fig;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

/// The lines of the script that begin with a word, what follows of each.
std::vector<std::string> lines_after(const std::string& script, const std::string& begin) {
    std::vector<std::string> found;
    std::istringstream in(script);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(begin)) {
            found.push_back(line.substr(begin.size()));
        }
    }
    return found;
}

/// The numbers of the data block of a layer.
std::vector<std::vector<double>> data_of(const std::string& script, const std::string& block) {
    std::vector<std::vector<double>> rows;
    const std::size_t from = script.find(block + " << END\n") + block.size() + 8;
    std::istringstream in(script.substr(from, script.find("END\n", from) - from));
    for (std::string line; std::getline(in, line);) {
        std::istringstream numbers(line);
        rows.emplace_back();
        for (std::string number; numbers >> number;) {
            rows.back().push_back(std::stod(number));
        }
    }
    return rows;
}

/// Relative luminance of "#rrggbb" as grey, 0 ... 1.
double grey(const std::string& colour) {
    const auto part = [&](std::size_t at) { return std::stoi(colour.substr(at, 2), nullptr, 16); };
    return (0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)) / 255;
}

struct frame {
    double left, right, top, bottom;
};

std::vector<frame> frames_of(const figure& fig) {
    const std::string script = gnuplot_script(fig, "svg");
    const auto left = lines_after(script, "set lmargin at screen ");
    const auto right = lines_after(script, "set rmargin at screen ");
    const auto top = lines_after(script, "set tmargin at screen ");
    const auto bottom = lines_after(script, "set bmargin at screen ");
    std::vector<frame> all;
    for (std::size_t i = 0; i + 1 < left.size(); ++i) {  // the last is the legend's
        all.push_back(
            {std::stod(left[i]), std::stod(right[i]), std::stod(top[i]), std::stod(bottom[i])});
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(picture_names_axes_panels_and_legend) {
    const tests::temporary_folder folder;
    draw(example(), folder.file("p.svg"));
    const std::string svg = tests::read(folder.file("p.svg"));
    BOOST_TEST(count(svg, "<text>time t (τ)</text>") == 2U);
    // Shared axes are labelled once.
    for (const char* text : {"loss (target²)", "|W_m| (target / input)", "fusion = 1", "fusion = 2",
                             "sound", "sight"}) {
        BOOST_TEST(count(svg, "<text>" + std::string(text) + "</text>") == 1U, text);
    }
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(plots_stand_apart_inside_the_picture) {
    for (std::size_t n = 1; n <= 9; ++n) {
        figure fig = example();
        fig.panels.resize(n, fig.panels.front());
        const std::vector<frame> frames = frames_of(fig);
        BOOST_REQUIRE(frames.size() == 2 * n);
        for (std::size_t i = 0; i < frames.size(); ++i) {
            BOOST_TEST((0 < frames[i].left && frames[i].left < frames[i].right &&
                        frames[i].right < 1 && 0 < frames[i].bottom &&
                        frames[i].bottom < frames[i].top && frames[i].top < 1));
            for (std::size_t j = 0; j < i; ++j) {
                const bool beside =
                    frames[i].left > frames[j].right || frames[j].left > frames[i].right;
                const bool below =
                    frames[i].top < frames[j].bottom || frames[j].top < frames[i].bottom;
                BOOST_TEST((beside || below), n << " panels, frames " << i << " and " << j);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(rows_are_filled_evenly) {
    figure fig = of_one(curve{});
    fig.panels.resize(4, fig.panels.front());
    // Of at most three columns: two rows of two.
    const std::vector<frame> frames = frames_of(fig);
    BOOST_REQUIRE(frames.size() == 4U);
    BOOST_TEST((frames[0].left == frames[2].left && frames[1].left == frames[3].left));
    BOOST_TEST((frames[0].top == frames[1].top && frames[2].top < frames[0].bottom));
}

BOOST_AUTO_TEST_CASE(dense_curves_are_thinned_by_less_than_a_pixel) {
    curve line = curve_of(step);
    line.dense = true;
    const validation::axis x{.low = 0, .high = 10};
    const validation::axis y{.low = 0, .high = 1};
    const auto kept = data_of(gnuplot_script(of_one(line, x, y), "svg"), "$layer_0");
    BOOST_TEST(kept.size() < 500U);
    BOOST_TEST(kept.front().at(0) == 0);
    BOOST_TEST(kept.back().at(0) == 10);
    // What is left out is within 0.5 % of the axis of the last point that is drawn.
    for (std::size_t k = 0; k + 1 < kept.size(); ++k) {
        for (double t = kept[k][0]; t < kept[k + 1][0] - 1e-9; t += 0.001) {
            BOOST_REQUIRE(std::abs(step(t) - kept[k][1]) <= 0.005 + 1e-7);
        }
    }
    curve markers = line;
    markers.how.line = stroke::none;
    markers.how.shape = validation::marker::circle;
    const auto marked = data_of(gnuplot_script(of_one(markers, x, y), "svg"), "$layer_0");
    BOOST_TEST((marked.size() > 10U && marked.size() < 50U));
    line.dense = false;
    const auto all = data_of(gnuplot_script(of_one(line, x, y), "svg"), "$layer_0");
    BOOST_TEST(all.size() == line.points.size());
}

BOOST_AUTO_TEST_CASE(endless_bars_reach_the_ends_of_the_plot_and_no_bar_stands_outside) {
    const bars all{{}, {{1, -inf, inf}, {3, 2, 4}, {7, -inf, inf}}};
    const auto rows =
        data_of(gnuplot_script(of_one(all, {.low = 0, .high = 5}, {.low = 1, .high = 6}), "svg"),
                "$layer_0");
    // x, low end, length.
    BOOST_REQUIRE(rows.size() == 2U);
    BOOST_TEST(rows[0] == (std::vector<double>{1, 1, 5}));
    BOOST_TEST(rows[1] == (std::vector<double>{3, 2, 2}));
}

BOOST_AUTO_TEST_CASE(panels_share_their_axes_where_the_figure_says_so) {
    figure fig = of_one(curve{{}, {{0, 0}, {10, 1}}});
    fig.panels.push_back({"", {}, {plot{{}, {curve{{}, {{0, 0}, {20, 100}}}}}}});
    const auto ranges = [&](const char* axis) {
        auto all = lines_after(gnuplot_script(fig, "svg"), std::string("set ") + axis + "range ");
        all.pop_back();  // the legend's
        return all;
    };
    BOOST_TEST(ranges("x") == (std::vector<std::string>{"[-0.5:10.5]", "[-1:21]"}));
    fig.shared_x = true;
    BOOST_TEST(ranges("x") == (std::vector<std::string>{"[-1:21]", "[-1:21]"}));
    BOOST_TEST(ranges("y") == (std::vector<std::string>{"[-0.05:1.05]", "[-5:105]"}));
    fig.shared_y = true;
    BOOST_TEST(ranges("y") == (std::vector<std::string>{"[-5:105]", "[-5:105]"}));
}

BOOST_AUTO_TEST_CASE(long_legends_take_several_lines) {
    figure fig = of_one(curve{});
    fig.legend = {{{{}, "a"}, {{}, "b"}}, {{{}, "c"}}};
    BOOST_TEST(lines_after(gnuplot_script(fig, "svg"), "set key ").size() == 2U);
    fig.legend = {std::vector<validation::legend_entry>(6, {{}, std::string(30, 'x')})};
    // A name of thirty letters takes about half of a figure of one panel.
    BOOST_TEST(lines_after(gnuplot_script(fig, "svg"), "set key ").size() >= 3U);
}

BOOST_AUTO_TEST_CASE(heat_maps_leave_room_for_their_scale) {
    const validation::heat_map map{{{0, 1, 0, 1, 5}, {1, 2, 0, 1, 7}}};
    figure fig = of_one(map);
    fig.colours = {.label = "how much", .low = 5, .high = 7};
    const std::string script = gnuplot_script(fig, "svg");
    BOOST_TEST(lines_after(script, "set cbrange ") == (std::vector<std::string>{"[5:7]"}));
    // Middle, left, right, bottom, top, value.
    BOOST_TEST(data_of(script, "$layer_0")[1] == (std::vector<double>{1.5, 0.5, 1, 2, 0, 1, 7}));
    BOOST_TEST(frames_of(fig)[0].right < frames_of(of_one(curve{}))[0].right);
    BOOST_TEST(count(validation::render(fig, "svg"), "<text>how much</text>") == 1U);
}

BOOST_AUTO_TEST_CASE(points_that_are_not_finite_interrupt_a_line) {
    curve broken{{}, {{0, 0}, {1, NAN}, {2, inf}, {3, 1}}};
    const std::string script = gnuplot_script(of_one(broken), "svg");
    BOOST_TEST(std::isnan(data_of(script, "$layer_0")[1][1]));
    BOOST_TEST(std::isnan(data_of(script, "$layer_0")[2][1]));
    BOOST_TEST(validation::render(of_one(broken), "svg").find("</svg>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(svg_is_well_formed_and_says_where_it_comes_from) {
    const tests::temporary_folder folder;
    draw(example({"<b>A&amp;", "]]>"}), folder.file("p.svg"));
    boost::property_tree::ptree document;
    std::istringstream text(tests::read(folder.file("p.svg")));
    boost::property_tree::read_xml(text, document);
    BOOST_TEST(document.get<std::string>("svg.desc") == "fusionflow table <grid> & more");
    BOOST_TEST(document.get<std::string>("svg.title") == "What rises");
    BOOST_TEST(count(gnuplot_script(example(), "svg"),
                     validation::gnuplot_word(example().small_print)) == 0U);
}

BOOST_AUTO_TEST_CASE(other_formats_are_what_their_endings_say) {
    const tests::temporary_folder folder;
    draw(example(), folder.file("p.png"));
    draw(example(), folder.file("p.pdf"));
    BOOST_TEST(tests::read(folder.file("p.png")).substr(0, 8) == "\x89PNG\r\n\x1a\n");
    BOOST_TEST(tests::read(folder.file("p.pdf")).substr(0, 5) == "%PDF-");
    const std::string small_print = validation::gnuplot_word(example().small_print);
    BOOST_TEST(count(gnuplot_script(example(), "pdf"), small_print) == 1U);
}

BOOST_AUTO_TEST_CASE(names_cannot_run_commands) {
    for (const char* hostile :
         {"'; system 'touch VICTIM' #", "\"; system 'touch VICTIM' #", "`touch VICTIM`",
          "@x`touch VICTIM`", "\\\"`touch VICTIM`", "'''"}) {
        const tests::temporary_folder folder;
        std::string name = hostile;
        if (const std::size_t at = name.find("VICTIM"); at != std::string::npos) {
            name.replace(at, 6, folder.file("victim"));
        }
        figure fig = example({name, "B"});
        fig.panels[0].title = name;
        fig.panels[0].x.label = name;
        fig.panels[0].plots[0].y.label = name;
        fig.panels[0].plots[0].layers.emplace_back(validation::hanging_word{1, name});
        fig.colours.label = name;
        draw(fig, folder.file("p.svg"));
        BOOST_TEST(folder.count() == 1, hostile);
    }
}

BOOST_AUTO_TEST_CASE(first_colours_keep_apart_in_grey) {
    // 0.2 of the way from black to white is seen without colour.
    BOOST_TEST(std::abs(grey(validation::colour_of(0)) - grey(validation::colour_of(1))) > 0.2);
}

BOOST_AUTO_TEST_CASE(refuses_before_and_loses_nothing) {
    const tests::temporary_folder folder;
    const std::string there = folder.file("p.svg");
    tests::write(there, "kept");
    validation::check_plot_file(there);
    BOOST_TEST(tests::read(there) == "kept");

    const std::string jpg = folder.file("p.jpg");
    BOOST_CHECK_EXCEPTION(
        validation::check_plot_file(jpg), data::input_error,
        says("plot: need a file ending in .svg, .png or .pdf, got '" + jpg + "'"));
    const std::string nowhere = folder.file("no/p.svg");
    BOOST_CHECK_EXCEPTION(validation::check_plot_file(nowhere), data::input_error,
                          says("plot: cannot write '" + nowhere + "': there is no such folder"));
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
