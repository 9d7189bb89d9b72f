#include "fusionflow/validation/report/report.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/report/results_report.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(report)

namespace {

// Names that would break a page, a picture or XML if they were not escaped.
const std::string text = R"(about = "A <script>alert(1)</script> & \"more\"."
[[experiment]]
name = "one"
title = "<b>Title</b> & 'so'"
claim = "Claim <i>"
model = { depth = 3, fusion = 3, init = 0.05, width = 10, method = "flow" }
grid = "rho=0,0.3,0.6; ratio=1.5,2"
methods = ["formula", "flow", "full"]
figure = { kind = "lines", x = "rho", quantity = "time_ratio", panels = "ratio" }
[[experiment.check]]
name = "x<y"
says = "Says <u>."
kind = "agreement"
measured = "formula"
expected = "flow"
quantity = "time_ratio"
tolerance = 0.01
reason = "a < b & c"
[[experiment]]
name = "two"
title = "Map"
claim = "Colours."
model = { depth = 3, fusion = 3, init = 0.05 }
grid = "rho=0,0.3,0.6; ratio=1.5,2"
methods = ["formula", "flow"]
figure = { kind = "map", x = "rho", y = "ratio", quantity = "time_ratio" }
[[experiment.check]]
name = "later"
says = "The last is not first."
kind = "within"
measured = "formula"
quantity = "time_ratio"
low = 1
reason = "by definition"
[[experiment]]
name = "three"
title = "Portrait"
claim = "A plane."
model = { depth = 2, fusion = 2, init = 0.01, scheme = "gaussian-iid", width = 10 }
methods = ["exact-drawn"]
repeats = 2
figure = { kind = "portrait" }
[[experiment.check]]
name = "later"
says = "The last is not first."
kind = "within"
measured = "exact-drawn"
quantity = "time_ratio"
low = 1
reason = "by definition"
[[experiment]]
name = "four"
title = "Paths"
claim = "Curves."
model = { depth = 2, init = 0.01 }
grid = "fusion=1:2"
methods = ["flow"]
figure = { kind = "paths" }
[[experiment.check]]
name = "later"
says = "The last is not first."
kind = "within"
measured = "flow"
quantity = "time_ratio"
low = 1
reason = "by definition"
)";

std::vector<validation::suite_result> results() {
    return {validation::run_suite(validation::parse_suite(text, "s.toml"), {})};
}

std::size_t count(const std::string& in, const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = in.find(what, at)) != std::string::npos; at += what.size()) {
        ++n;
    }
    return n;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_report_is_one_page_with_every_figure_and_a_file_with_everything) {
    const tests::temporary_folder folder;
    validation::write_report(results(), folder.file("r"), {"made <by> a test", {"png"}});
    const std::string page = tests::read(folder.file("r/index.html"));
    BOOST_TEST(count(page, "<svg ") == 4U);
    BOOST_TEST(count(page, "</svg>") == 4U);
    BOOST_TEST(count(page, "<?xml") == 0U);
    BOOST_TEST(count(page, "<section ") == count(page, "</section>"));
    // Nothing is loaded from anywhere, nothing is run.
    BOOST_TEST(page.find("<script>") == std::string::npos);
    BOOST_TEST(page.find("src=") == std::string::npos);
    BOOST_TEST(page.find("&lt;script&gt;alert(1)") != std::string::npos);
    BOOST_TEST(page.find("&lt;b&gt;Title&lt;/b&gt;") != std::string::npos);
    BOOST_TEST(page.find("made &lt;by&gt; a test") != std::string::npos);
    BOOST_TEST(page.find("fusionflow validate s/one --report DIR") != std::string::npos);
    for (const char* name : {"one", "two", "three", "four"}) {
        BOOST_TEST(tests::read(folder.file(std::string("r/s-") + name + ".png")).substr(1, 3) ==
                   "PNG");
    }
    const auto json = nlohmann::json::parse(tests::read(folder.file("r/results.json")));
    BOOST_TEST(json["checks"].size() == 15U);
    BOOST_TEST(json["experiments"].size() == 4U);
    BOOST_TEST(json["experiments"][0]["finding"] == "confirmed");
    BOOST_TEST(json["experiments"][0]["measured"].size() == 18U);
    BOOST_TEST(json["experiments"][0]["measured"][0]["time_ratio"].is_number());
}

// A bound is no expected value, and being inside is no error of zero.
BOOST_AUTO_TEST_CASE(every_form_of_a_report_says_the_range_that_was_allowed) {
    auto all = results();
    auto& bounded = all[0].experiments[1].results[0];
    BOOST_TEST(std::isnan(bounded.expected));
    BOOST_TEST(std::isnan(bounded.error));
    const auto json = nlohmann::json::parse(validation::results_json(all, "p", false));
    BOOST_TEST(json["checks"][6]["expected"].is_null());
    BOOST_TEST(json["checks"][6]["error"].is_null());
    BOOST_TEST(json["checks"][6]["tolerance"].is_null());
    BOOST_TEST(json["checks"][6]["allowed"]["low"] == 1);
    BOOST_TEST(json["checks"][6]["allowed"]["high"].is_null());
    BOOST_TEST(json["checks"][6]["quantity"] == "time_ratio");
    const auto& near = json["checks"][0];
    const double expected = near["expected"].get<double>();
    BOOST_TEST(std::abs(near["allowed"]["high"].get<double>() - 1.01 * expected) < 1e-12);
    const std::string page = validation::report_page(all, {}, "p");
    BOOST_TEST(page.find("<td class=\"n\">&gt;= 1</td>") != std::string::npos);
    BOOST_TEST(page.find("Measured: time_ratio.") != std::string::npos);
    bounded.allowed = {3.6, 4.2};
    bounded.measured = 4.5;
    bounded.passed = false;
    BOOST_TEST(validation::results_junit(all, "p").find(
                   "measured 4.5 (formula), allowed 3.6 ... 4.2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_that_are_spelled_alike_have_sections_and_files_of_their_own) {
    const tests::temporary_folder folder;
    std::string suite = "about = \"Names.\"\n";
    const std::vector<std::string> names = {"a/b",
                                            "a-b",
                                            "a b",
                                            "\u00e9",
                                            "\u00fc",
                                            "checks",
                                            std::string(300, 'x'),
                                            std::string(301, 'x')};
    for (const std::string& name : names) {
        suite += "[[experiment]]\nname = \"" + name + "\"\n" + R"(title = "T"
claim = "C."
model = { init = 0.1 }
grid = "ratio=1.5,2"
methods = ["formula"]
figure = { kind = "lines", x = "ratio", quantity = "time_ratio" }
[[experiment.check]]
name = "k"
says = "S."
kind = "within"
measured = "formula"
quantity = "time_ratio"
low = 1
reason = "R."
)";
    }
    // Two files of one name, too, with a check in its short form.
    suite += R"([[check]]
name = "near"
claim = "C."
kind = "agreement"
model = { init = 0.1 }
measured = "formula"
expected = "flow"
quantity = "times"
tolerance = 0.5
reason = "R."
)";
    const auto one = validation::run_suite(validation::parse_suite(suite, "s.toml"), {});
    validation::write_report({one, one}, folder.file("r"), {"made here", {"png"}});
    const std::string page = tests::read(folder.file("r/index.html"));
    std::set<std::string> ids;
    for (std::size_t at = 0; (at = page.find("<section id=\"", at)) != std::string::npos; ++at) {
        const std::size_t from = at + std::string("<section id=\"").size();
        const std::string id = page.substr(from, page.find('"', from) - from);
        BOOST_TEST(ids.insert(id).second, id);
        BOOST_TEST(count(page, "href=\"#" + id + "\"") == 1U, id);
        BOOST_TEST(id.size() < 110U);
    }
    BOOST_TEST(ids.size() == 2 * names.size() + 2);
    long pictures = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder.file("r"))) {
        pictures += file.path().extension() == ".png" ? 1 : 0;
    }
    BOOST_TEST(pictures == 2 * std::ssize(names));
    BOOST_TEST((ids.contains("s-a-b") && ids.contains("s-a-b-2") && ids.contains("s-a-b-3")));
}

BOOST_AUTO_TEST_CASE(folders_that_cannot_be_made_are_refused) {
    const tests::temporary_folder folder;
    tests::write(folder.file("f"), "a file");
    BOOST_CHECK_EXCEPTION(
        validation::check_report_folder(folder.file("f")), data::input_error,
        says("report: cannot make the folder '" + folder.file("f") + "': Not a directory"));
    // One that can be made is not there after the check.
    validation::check_report_folder(folder.file("a/b"));
    BOOST_TEST(folder.count() == 1);
    validation::make_report_folder(folder.file("a/b"));
    validation::check_report_folder(folder.file("a/b"));
    BOOST_TEST(std::filesystem::is_directory(folder.file("a/b")));
}

BOOST_AUTO_TEST_CASE(junit_has_a_case_per_check_and_says_what_failed) {
    auto all = results();
    all[0].experiments[0].results[1].passed = false;
    all[0].experiments[0].results[1].expected = 2;
    all[0].experiments[0].results[1].measured = 3;
    const std::string xml = validation::results_junit(all, "made \"here\"");
    BOOST_TEST(xml.find("<testsuite name=\"s\" tests=\"15\" failures=\"1\" errors=\"0\">") !=
               std::string::npos);
    BOOST_TEST(count(xml, "<testcase ") == 15U);
    BOOST_TEST(count(xml, "<failure ") == 1U);
    BOOST_TEST(xml.find("expected 2 (flow), measured 3 (formula)") != std::string::npos);
    BOOST_TEST(xml.find("x&lt;y: rho = 0, ratio = 1.5") != std::string::npos);
    BOOST_TEST(xml.find("made &quot;here&quot;") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
