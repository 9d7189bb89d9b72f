#include "fusionflow/validation/report/diagnosis_report.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/options.hpp"

using namespace fusionflow;
using validation::diagnosis;
using validation::diagnosis_request;

BOOST_AUTO_TEST_SUITE(diagnosis_report)

namespace {

// A name that would break a page, a picture or a script if it were not escaped.
const std::string hostile = "<b>&\"x";

// Two scalars of deviations 2 and 1 with correlation 0.3 and weights 1 of K targets.
std::shared_ptr<const data::moments> two_scalars(int targets, const std::string& name,
                                                 double noise) {
    Eigen::MatrixXd covariance(2, 2);
    covariance << 4, 0.6, 0.6, 1;
    const Eigen::MatrixXd correlation =
        Eigen::MatrixXd::Ones(targets, 1) * Eigen::RowVector2d(4.6, 1.6);
    return std::make_shared<const data::moments>(data::moments::of_targets(
        {name, "B"}, {1, 1}, covariance, correlation, targets * (6.2 + noise)));
}

diagnosis_request request_of(int targets) {
    diagnosis_request r = validation::request_about(
        tests::with({{"scheme", "gaussian-iid"}, {"init", "1e-3"}, {"learning-rate", "0.01"}}),
        two_scalars(targets, hostile, 0.5), {2, 3});
    r.samples = 321;
    r.networks = 3;
    r.epochs = 1e6;
    return r;
}

std::string page_of(const diagnosis_request& r, const diagnosis& d) {
    const tests::temporary_folder folder;
    write_diagnosis_report(r, d, folder.file("r"), "made <by> a test");
    BOOST_TEST(tests::read(folder.file("r/diagnosis.json")) == json_text(r, d, "made <by> a test"));
    return tests::read(folder.file("r/index.html"));
}

std::size_t count(const std::string& in, const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = in.find(what, at)) != std::string::npos; at += what.size()) {
        ++n;
    }
    return n;
}

void shows(const std::string& page, const std::string& text) {
    BOOST_TEST(page.find(text) != std::string::npos, "the page does not show " << text);
}

// As between tags; these names have no other characters that are special.
std::string escaped(std::string text) {
    for (std::size_t at = 0; (at = text.find(hostile, at)) != std::string::npos;) {
        text.replace(at, hostile.size(), "&lt;b&gt;&amp;\"x");
    }
    return text;
}

std::string cell(const std::string& text) { return "<td class=\"n\">" + text + "</td>"; }

// Four or five digits of epochs, a per mille of per cents.
std::string digits_of(double value, int digits) {
    const bool whole = value >= std::pow(10.0, digits) && value < 1e7;
    return whole ? fmt::format("{:.0f}", value) : fmt::format("{:.{}g}", value, digits);
}

void shows_times(const std::string& page, const validation::fusion_facts& f) {
    const double rate = 0.01;
    for (std::size_t m = 0; m < 2; ++m) {
        const double median = f.networks.times[m].at(0.5);
        for (const double p : {0.05, 0.5, 0.95}) {
            shows(page, cell(digits_of(f.networks.times[m].at(p) / rate, p == 0.5 ? 5 : 4)));
        }
        for (const theory::clock* by : theory::clocks().all) {
            const double time = f.networks.median_by(*by, static_cast<int>(m));
            const int digits = by == f.networks.told_by ? 5 : 4;
            shows(page, cell(digits_of(time / rate, digits)));
        }
        for (const auto& p : f.predictions) {
            if (p.method == "formula" || (p.method == "exact" && f.depth == 2)) {
                const double time = p.answer.times[m];
                if (std::isnan(time)) {
                    shows(page, cell("-") + cell("-"));
                    continue;
                }
                shows(page, cell(fmt::format("{:.5g}", time / rate)) +
                                cell(fmt::format("{:+.1f}%", 100 * (time - median) / median)));
            }
        }
    }
}

void is_one_page(const std::string& page, std::size_t figures) {
    BOOST_TEST(count(page, "<figure>") == figures);
    BOOST_TEST(count(page, "<svg ") == figures);
    BOOST_TEST(count(page, "</svg>") == figures);
    BOOST_TEST(count(page, "<?xml") == 0U);
    BOOST_TEST(count(page, "<script") == 0U);
    BOOST_TEST(count(page, "<b>") == 0U);
    // Names of the namespaces of SVG are all that looks like an address.
    BOOST_TEST(count(page, "http") == count(page, "=\"http://www.w3.org/"));
    for (const char* fetch : {"src=", "url(", "@import", "<iframe", "<a "}) {
        BOOST_TEST(count(page, fetch) == 0U, fetch);
    }
    BOOST_TEST(count(page, "<link ") == 1U);
    shows(page, "<link rel=\"icon\" href=\"data:,\">");
    shows(page, "made &lt;by&gt; a test");
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_that_was_found_is_on_the_page) {
    diagnosis_request r = request_of(1);
    r.held_out = two_scalars(1, hostile, 0.7);
    diagnosis d = validation::diagnose(r);
    d.warnings.push_back("a warning of " + hostile);
    const std::string page = page_of(r, d);
    is_one_page(page, 3);
    for (std::size_t m = 0; m < 2; ++m) {
        const auto& facts = d.modalities[m];
        shows(page, "<td>" + escaped(facts.name) + "</td>");
        shows(page, cell(fmt::format("{:.5g}", facts.strength)) +
                        cell(fmt::format("{:.1f} %", 100 * facts.alone)) +
                        cell(fmt::format("{:.1f} %", 100 * facts.gain)) +
                        cell(fmt::format("{:.1f} %", 100 * facts.shapley)));
        shows(page, escaped(d.prospects[m].because));
    }
    shows(page, fmt::format("explain {:.1f} % of the target of 321 samples", 100 * d.explained));
    BOOST_TEST_REQUIRE(d.plateaus.size() == 3U);
    for (const auto& p : d.plateaus) {
        shows(page, cell(fmt::format("{:.5g}", p.loss)) + cell(fmt::format("{:.5g}", *p.held_out)));
    }
    BOOST_TEST_REQUIRE(d.fusions.size() == 5U);
    for (const auto& f : d.fusions) {
        shows_times(page, f);
        shows(page, fmt::format("<td class=\"n\">{}/{}</td>", f.fusion, f.depth));
        shows(page, fmt::format("<h3>{} layers, fused at {}</h3>", f.depth, f.fusion));
        // d ln t / d ln u of the modality that is first.
        shows(page, cell(fmt::format("{:+.4g}", f.sensitivities->leading(0, 0))));
    }
    BOOST_TEST_REQUIRE(d.advice.size() > 3U);
    for (const std::string& advice : d.advice) {
        shows(page, "<li>" + escaped(advice) + "</li>");
    }
    shows(page, "<li>a warning of &lt;b&gt;&amp;\"x</li>");
}

BOOST_AUTO_TEST_CASE(figures_have_a_mark_for_each_time) {
    const diagnosis_request r = request_of(1);
    const diagnosis d = validation::diagnose(r);
    const std::string page = page_of(r, d);
    is_one_page(page, 2);  // without held-out rows
    const std::size_t from = page.find("<figure>");
    const std::string times = page.substr(from, page.find("</figure>") - from);
    // Two modalities, five ways to fuse, and the legend: gnuplot's disc, triangle and diamond.
    for (const char* shape : {"gpPt6", "gpPt7", "gpPt11"}) {
        BOOST_TEST(count(times, fmt::format("<use xlink:href='#times-{}' transform", shape)) == 11U,
                   shape);
    }
    for (const char* text : {"2 layers", "3 layers", "fused at layer", "epochs", "formula",
                             "best prediction", "median", "5 – 95 %", "&lt;b>&amp;\"x"}) {
        shows(times, text);
    }
}

BOOST_AUTO_TEST_CASE(json_and_text_say_what_was_found) {
    diagnosis_request r = request_of(1);
    r.depths = {2};
    r.inits = {0.01};
    const diagnosis d = validation::diagnose(r);
    const auto all = to_json(r, d, "made by a test");
    BOOST_TEST(all["samples"] == 321);
    BOOST_TEST(all["first_learned"] ==
               d.modalities[static_cast<std::size_t>(d.first_learned)].name);
    BOOST_TEST(all["modalities"][1]["strength"] == d.modalities[1].strength);
    BOOST_TEST(all["modalities"][1]["growth"].is_null());
    BOOST_TEST(all["plateaus"].size() == d.plateaus.size());
    BOOST_TEST_REQUIRE(all["fusions"].size() == 2U);
    const auto& late = all["fusions"][1];
    const auto& found = d.fusions[1];
    BOOST_TEST(late["fusion"] == found.fusion);
    BOOST_TEST(late["networks"]["times"][0]["mean"] == found.networks.times[0].mean.mean);
    BOOST_TEST(late["predictions"]["formula"]["errors_percent"][0] ==
               prediction_error(found, *find_prediction(found, "formula"), 0));
    BOOST_TEST(late["sensitivities"].size() == 2U);
    BOOST_TEST(late["best_prediction"]["method"] == "exact");
    BOOST_TEST(late["best_prediction"]["standing"] == "statistical");
    BOOST_TEST(late["predictions"]["formula"]["standing"] == "asymptotic");
    BOOST_TEST(late["networks"]["negligible"].empty());
    BOOST_TEST(all["further"][0]["init"] == 0.01);
    BOOST_TEST(all["provenance"] == "made by a test");
    const std::string text = to_text(r, d);
    shows(text, fmt::format("all together explain {:.1f} %\n", 100 * d.explained));
    shows(text, "\nepochs at which half is there, by the clock progress");
    BOOST_TEST(
        best_prediction_text(d) ==
        "The best prediction without networks is the exact flow (statistical) for 1/2, 2/2.");
    shows(text, "best prediction");
    shows(text, "\nthe same from other initial norms\ninit  fused  modality ");
    shows(text, "\n- " + d.advice.front().substr(0, 20));
}

BOOST_AUTO_TEST_CASE(several_targets_have_networks_only) {
    diagnosis_request r = request_of(2);
    r.depths = {2};
    const diagnosis d = validation::diagnose(r);
    const std::string page = page_of(r, d);
    is_one_page(page, 2);
    for (const auto& f : d.fusions) {
        shows_times(page, f);
    }
    BOOST_TEST(page.find("What changes would do") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_diagnosis_without_networks_is_a_page_without_figures) {
    diagnosis_request r = request_of(1);
    r.depths = {};
    r.epochs.reset();
    is_one_page(page_of(r, validation::diagnose(r)), 0);
}

BOOST_AUTO_TEST_CASE(errors_are_against_the_median_of_those_that_learned) {
    validation::fusion_facts f;
    f.networks.times = {validation::spread_of(std::vector{1.0, 2.0, 9.0, theory::never}),
                        validation::spread_of(std::vector{theory::never})};
    theory::learning late;
    late.times = {3, 3};
    BOOST_TEST(validation::prediction_error(f, late, 0) == 50.0);
    BOOST_TEST(std::isnan(validation::prediction_error(f, late, 1)));
    late.times[0] = theory::never;
    BOOST_TEST(std::isnan(validation::prediction_error(f, late, 0)));
}

BOOST_AUTO_TEST_CASE(what_is_never_learned_is_said) {
    // B repeats A, so that nothing is left to it.
    Eigen::MatrixXd covariance(2, 2);
    covariance << 4, 2, 2, 1;
    diagnosis_request r = request_of(1);
    r.model.moments = data::moments(std::vector<std::string>{"A", "B"}, std::vector{1, 1},
                                    covariance, Eigen::Vector2d(4, 2), 5);
    r.depths = {2};
    const diagnosis d = validation::diagnose(r);
    const std::string page = page_of(r, d);
    shows(page, "Late fusion learns 1 of 2 modalities; never: B.");
    shows(page, "B · <span class=\"chip failed\">never</span> · A explain all that it could, and "
                "meanwhile B grows by e^");
}

BOOST_AUTO_TEST_CASE(refuses_a_folder_that_is_a_file) {
    const tests::temporary_folder folder;
    tests::write(folder.file("f"), "a file");
    diagnosis_request r = request_of(1);
    r.depths = {};
    r.epochs.reset();
    BOOST_CHECK_EXCEPTION(
        write_diagnosis_report(r, validation::diagnose(r), folder.file("f"), ""), data::input_error,
        tests::says("report: cannot make the folder '" + folder.file("f") + "': Not a directory"));
}

BOOST_AUTO_TEST_CASE(parameter_groups_keep_their_lines) {
    diagnosis_request r = request_of(1);
    r.depths = {2};
    r.together = validation::lever::rates;
    shows(page_of(r, validation::diagnose(r)),
          "torch.optim.SGD([\n    {\"params\": branches[\"&lt;b&gt;&amp;\\\"x\"].parameters(), "
          "\"lr\": 0.01},\n    {\"params\": branches[\"B\"].parameters(), \"lr\": ");
}

BOOST_AUTO_TEST_SUITE_END()
