#include "fusionflow/validation/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <system_error>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"
#include "fusionflow/validation/figures/svg.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/report/html.hpp"
#include "fusionflow/validation/report/results_report.hpp"
#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

namespace fs = std::filesystem;

namespace {

constexpr const char* dash = "–";

std::string spell_measured(double value) { return spell(value, 6, dash); }

// A name of letters, digits and dashes for an experiment; a number is added where it is taken.
std::string id_of(const std::string& suite, const std::string& name, std::set<std::string>& taken) {
    constexpr std::size_t longest = 100;
    std::string id = (suite + "-" + name).substr(0, longest);
    for (char& c : id) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        c = plain ? c : '-';
    }
    std::string own = id;
    for (int number = 2; !taken.insert(own).second; ++number) {
        own = fmt::format("{}-{}", id, number);
    }
    return own;
}

// Names for the section and for the figure files of every experiment, suite by suite.
std::vector<std::vector<std::string>> ids_of(const std::vector<suite_result>& suites) {
    std::vector<std::vector<std::string>> all;
    std::set<std::string> taken;
    for (const suite_result& s : suites) {
        all.emplace_back();
        for (const experiment_result& e : s.experiments) {
            all.back().push_back(id_of(s.name, e.about.name, taken));
        }
    }
    return all;
}

std::string case_row(const check_result& c) {
    const std::string measured =
        std::isfinite(c.standard_error)
            ? fmt::format("{} ± {:.2g}", spell_measured(c.measured), c.standard_error)
            : spell_measured(c.measured);
    return fmt::format("<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
                       "<td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
                       escape_xml(std::string(case_name(c))), spell_measured(c.expected), measured,
                       escape_xml(to_string(c.allowed)),
                       std::isnan(c.error) ? dash : fmt::format("{:.2g}", c.error),
                       c.passed ? chip("pass", "holds")
                                : chip("failed", c.trouble.empty() ? "fails" : c.trouble));
}

std::string cases_table(const std::vector<check_result>& cases) {
    std::string html = "<div class=\"scroll\"><table><tr><th>case</th><th class=\"n\">expected</th>"
                       "<th class=\"n\">measured</th><th class=\"n\">allowed</th>"
                       "<th class=\"n\">error</th><th>verdict</th></tr>\n";
    for (const check_result& c : cases) {
        html += case_row(c);
    }
    return html + "</table></div>\n";
}

// A statement with its cases, which are folded where there are many and none fails. Its sentence is
// left out where it repeats the claim of the experiment, which stands above it.
std::string statement_html(const std::vector<check_result>& cases, const std::string& claim) {
    constexpr std::size_t few = 6;
    const check_result& first = cases.front();
    const auto failed =
        std::count_if(cases.begin(), cases.end(), [](const check_result& c) { return !c.passed; });
    const std::string verdict =
        failed > 0 ? chip("failed", fmt::format("fails in {} of {}", failed, cases.size()))
        : first.says == verdict::contradicts ? chip("contradicted", "contradicts")
        : first.says == verdict::qualifies   ? chip("qualified", "qualifies")
                                             : chip("pass", "holds");
    std::string html =
        fmt::format("<h3>{}{}</h3>\n<p class=\"soft\">Measured: {}. "
                    "Allowed because: {}</p>\n",
                    verdict, first.claim == claim ? "" : " · " + escape_xml(first.claim),
                    escape_xml(first.quantity), escape_xml(first.reason));
    const bool folded = failed == 0 && cases.size() > few;
    if (folded) {
        html += fmt::format("<details><summary>{} cases</summary>\n", cases.size());
    }
    html += cases_table(cases);
    return html + (folded ? "</details>\n" : "");
}

std::string statements_html(const std::vector<check_result>& results, const std::string& claim) {
    std::string html;
    for (auto from = results.begin(); from != results.end();) {
        const auto to = std::find_if(from, results.end(), [&](const check_result& c) {
            return check_name(c) != check_name(*from);
        });
        html += statement_html({from, to}, claim);
        from = to;
    }
    return html;
}

std::string runs_text(const experiment_result& e) {
    const int failed = e.measured.failed();
    return failed == 0
               ? fmt::format("{} runs, all ended well", e.measured.count())
               : fmt::format("{} runs, {} of them ended in trouble", e.measured.count(), failed);
}

std::string experiment_html(const suite_result& s, const experiment_result& e,
                            const std::string& id, const std::string& svg) {
    std::string html = fmt::format(
        "<section id=\"{}\">\n<h2>{}</h2>\n<p>{}</p>\n<p>{} · "
        "<span class=\"soft\">{}</span></p>\n",
        id, escape_xml(e.about.title), escape_xml(e.about.claim),
        chip(std::string(to_string(e.found)), std::string(to_string(e.found))), runs_text(e));
    html += html_figure(svg, id);
    html += statements_html(e.results, e.about.claim);
    return html + fmt::format("<pre>fusionflow validate {} --report DIR</pre>\n</section>\n",
                              escape_xml(shell_word(s.name + "/" + e.about.name)));
}

std::string summary_html(const suite_result& s, const std::vector<std::string>& ids) {
    std::string html = fmt::format("<h2>{}</h2>\n<p>{}</p>\n<div class=\"scroll\"><table><tr>"
                                   "<th>experiment</th><th>finding</th><th class=\"n\">checks</th>"
                                   "<th class=\"n\">failed</th></tr>\n",
                                   escape_xml(s.name), escape_xml(s.about));
    for (std::size_t i = 0; i < s.experiments.size(); ++i) {
        const experiment_result& e = s.experiments[i];
        const std::string found(to_string(e.found));
        const auto failed = std::count_if(e.results.begin(), e.results.end(),
                                          [](const check_result& c) { return !c.passed; });
        html += fmt::format("<tr><td><a href=\"#{}\">{}</a></td><td>{}</td><td class=\"n\">{}</td>"
                            "<td class=\"n\">{}</td></tr>\n",
                            ids[i], escape_xml(e.about.title), chip(found, found), e.results.size(),
                            failed);
    }
    return html + "</table></div>\n";
}

}  // namespace

std::string report_page(const std::vector<suite_result>& suites,
                        const std::vector<std::string>& figures, const std::string& provenance) {
    std::string html =
        "<h1>Theory against simulation</h1>\n"
        "<p>Formulas are lines, flows dashed, networks markers with bars of one standard error. "
        "Times are in units of τ. An experiment is <em>confirmed</em> if all that its claim says "
        "was seen, <em>qualified</em> if it was seen to end where theory says that it ends, "
        "<em>contradicted</em> if the claim was seen not to hold, and <em>failed</em> if something "
        "was seen that this suite does not expect.</p>\n";
    const std::vector<std::vector<std::string>> ids = ids_of(suites);
    for (std::size_t i = 0; i < suites.size(); ++i) {
        html += summary_html(suites[i], ids[i]);
    }
    std::size_t figure_index = 0;
    for (std::size_t i = 0; i < suites.size(); ++i) {
        const suite_result& s = suites[i];
        for (std::size_t e = 0; e < s.experiments.size(); ++e) {
            const bool drawn = figure_index < figures.size();
            html +=
                experiment_html(s, s.experiments[e], ids[i][e], drawn ? figures[figure_index] : "");
            ++figure_index;
        }
    }
    return html_page("theory against simulation", html, provenance);
}

void make_report_folder(const std::string& folder) {
    std::error_code why;
    fs::create_directories(folder, why);
    std::error_code ignored;
    if (why || !fs::is_directory(folder, ignored)) {
        throw data::input_error(
            "report", fmt::format("cannot make the folder '{}': {}", folder,
                                  why ? why.message() : "a file of that name is in the way"));
    }
    check_writable("report", (fs::path(folder) / "index.html").string());
}

// Makes the folder to see whether that works, and removes it again if it was not there before.
void check_report_folder(const std::string& folder) {
    std::vector<fs::path> missing;
    std::error_code ignored;
    for (fs::path at = folder; !at.empty() && !fs::exists(at, ignored); at = at.parent_path()) {
        missing.push_back(at);
    }
    make_report_folder(folder);
    for (const fs::path& made : missing) {
        fs::remove(made, ignored);
    }
}

void write_report(const std::vector<suite_result>& suites, const std::string& folder,
                  const report_options& options) {
    make_report_folder(folder);
    const fs::path to(folder);
    const std::vector<std::vector<std::string>> ids = ids_of(suites);
    std::vector<std::string> figures;
    for (std::size_t i = 0; i < suites.size(); ++i) {
        for (std::size_t n = 0; n < suites[i].experiments.size(); ++n) {
            const experiment_result& e = suites[i].experiments[n];
            figures.push_back(draw_picture(e.about, e.measured, "svg"));
            for (const std::string& format : options.formats) {
                if (e.about.figure) {
                    const std::string file = ids[i][n] + "." + format;
                    write_file("report", (to / file).string(),
                               draw_picture(e.about, e.measured, format));
                }
            }
        }
    }
    write_file("report", (to / "results.json").string(),
               results_json(suites, options.provenance, true));
    write_file("report", (to / "index.html").string(),
               report_page(suites, figures, options.provenance));
}

}  // namespace fusionflow::validation
