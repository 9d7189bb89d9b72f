#include "fusionflow/validation/figures/plot.hpp"

#include <boost/property_tree/xml_parser.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <sstream>

#include "fusionflow/validation/figures/gnuplot.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::curve;
using validation::curve_style;
using validation::draw;
using validation::figure;

BOOST_AUTO_TEST_SUITE(plot)

namespace {

/// |W_A| rises at t = 3 and |W_B| at t = 7, as tanh.
solver::trajectory rises(const std::vector<std::string>& names) {
    solver::trajectory path;
    path.names = names;
    for (int i = 0; i <= 1000; ++i) {
        const double t = i / 100.0;
        const Eigen::Vector2d norms(0.5 + 0.5 * std::tanh(4 * (t - 3)),
                                    0.5 + 0.5 * std::tanh(t - 7));
        path.time.push_back(t);
        path.weights.emplace_back(norms);
        path.norms.emplace_back(norms);
        path.branch.emplace_back(norms);
        path.loss.push_back(2 - norms.sum());
    }
    return path;
}

figure example(const std::vector<std::string>& names = {"sound", "sight"}) {
    figure fig;
    fig.provenance = "fusionflow table <grid> & more";
    for (const char* title : {"fusion = 1", "fusion = 2"}) {
        fig.panels.push_back({title,
                              {{"reduced flow", curve_style::line, rises(names)},
                               {"network, H = 9", curve_style::markers, rises(names)}},
                              {3, 7}});
    }
    return fig;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

/// Relative luminance of "#rrggbb" as grey, 0 ... 1.
double grey(const std::string& colour) {
    const auto part = [&](std::size_t at) { return std::stoi(colour.substr(at, 2), nullptr, 16); };
    return (0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)) / 255;
}

}  // namespace

BOOST_AUTO_TEST_CASE(picture_names_axes_with_units_curves_and_modalities) {
    const tests::temporary_folder folder;
    draw(example(), folder.file("p.svg"));
    const std::string svg = tests::read(folder.file("p.svg"));
    BOOST_TEST(count(svg, "<text>time t (τ)</text>") == 2U);
    BOOST_TEST(count(svg, "<text>loss (target²)</text>") == 1U);
    BOOST_TEST(count(svg, "<text>|W_m| (target / input)</text>") == 1U);
    for (const char* text : {"fusion = 1", "fusion = 2", "reduced flow", "network, H = 9",
                             "formula", "sound", "sight"}) {
        BOOST_TEST(count(svg, "<text>" + std::string(text) + "</text>") == 1U, text);
    }
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(svg_is_well_formed_and_says_where_it_comes_from) {
    const tests::temporary_folder folder;
    draw(example({"<b>A&amp;", "]]>"}), folder.file("p.svg"));
    boost::property_tree::ptree document;
    std::istringstream text(tests::read(folder.file("p.svg")));
    boost::property_tree::read_xml(text, document);
    BOOST_TEST(document.get<std::string>("svg.desc") == "fusionflow table <grid> & more");
    BOOST_TEST(document.get<std::string>("svg.title") == "Loss and |W_m| over time");
}

BOOST_AUTO_TEST_CASE(other_formats_are_what_their_endings_say) {
    const tests::temporary_folder folder;
    draw(example(), folder.file("p.png"));
    draw(example(), folder.file("p.pdf"));
    BOOST_TEST(tests::read(folder.file("p.png")).substr(0, 8) == "\x89PNG\r\n\x1a\n");
    BOOST_TEST(tests::read(folder.file("p.pdf")).substr(0, 5) == "%PDF-");
    const std::string small_print = validation::gnuplot_word(example().provenance);
    BOOST_TEST(count(gnuplot_script(example(), "p.pdf"), small_print) == 1U);
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
        draw(example({name, "B"}), folder.file("p.svg"));
        BOOST_TEST(folder.count() == 1, hostile);
    }
}

BOOST_AUTO_TEST_CASE(first_modalities_keep_apart_in_grey) {
    const std::string script = gnuplot_script(example(), "p.svg");
    const auto colour_of = [&](const std::string& name) {
        const std::size_t title = script.find("title " + validation::gnuplot_word(name));
        return script.substr(script.rfind('#', title), 7);
    };
    // 0.2 of the way from black to white is seen without colour.
    BOOST_TEST(std::abs(grey(colour_of("sound")) - grey(colour_of("sight"))) > 0.2);
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

    figure broken = example();
    broken.panels.front().curves.front().path.names.clear();  // the legend names no modality,
    broken.panels.front().curves.front().path.norms.front()(0) = NAN;  // gnuplot skips the point
    draw(broken, there);
    BOOST_TEST(tests::read(there).find("</svg>") != std::string::npos);
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
