#include "fusionflow/validation/report/results_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fusionflow/validation/figures/svg.hpp"
#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

namespace {

using json = nlohmann::ordered_json;

json check_json(const check_result& c) {
    json object = {{"name", c.name},
                   {"claim", c.claim},
                   {"says", c.says ? std::string(to_string(*c.says)) : ""},
                   {"quantity", c.quantity},
                   {"expected", number(c.expected)},
                   {"measured", number(c.measured)},
                   {"allowed", {{"low", number(c.allowed.low)}, {"high", number(c.allowed.high)}}},
                   {"expected_by", c.expected_by},
                   {"measured_by", c.measured_by},
                   {"standard_error", number(c.standard_error)},
                   {"error", number(c.error)},
                   {"tolerance", number(c.tolerance)},
                   {"reason", c.reason},
                   {"passed", c.passed}};
    if (!c.trouble.empty()) {
        object["trouble"] = c.trouble;
    }
    return object;
}

// A row per point, series and draw.
json runs_json(const experiment_result& e) {
    json rows = json::array();
    for (std::size_t p = 0; p < e.measured.runs.size(); ++p) {
        for (std::size_t s = 0; s < e.measured.runs[p].size(); ++s) {
            for (std::size_t r = 0; r < e.measured.runs[p][s].size(); ++r) {
                const run_record& run = e.measured.runs[p][s][r];
                json row = {{"point", e.about.points.describe(p)},
                            {"series", e.about.all[s].name},
                            {"repeat", r},
                            {"outcome", run.outcome}};
                for (const auto& [quantity, value] : run.values) {
                    row[quantity] = number(value);
                }
                rows.push_back(std::move(row));
            }
        }
    }
    return rows;
}

json experiment_json(const suite_result& s, const experiment_result& e, bool with_runs) {
    json object = {{"name", fmt::format("{}/{}", s.name, e.about.name)},
                   {"title", e.about.title},
                   {"claim", e.about.claim},
                   {"finding", to_string(e.found)},
                   {"runs", e.measured.count()},
                   {"failed_runs", e.measured.failed()}};
    if (with_runs) {
        object["measured"] = runs_json(e);
    }
    return object;
}

std::string escape_attribute(const std::string& text) {
    std::string escaped = escape_xml(text);
    for (std::size_t at = 0; (at = escaped.find('"', at)) != std::string::npos; at += 6) {
        escaped.replace(at, 1, "&quot;");
    }
    return escaped;
}

// What was measured beside what was allowed.
std::string allowed_text(const check_result& c) {
    if (!c.trouble.empty()) {
        return "no answer";
    }
    // There is no relative error where a value is never, or should be 0.
    if (!std::isfinite(c.measured) || (!std::isnan(c.expected) && !std::isfinite(c.error))) {
        return fmt::format("measured {}, allowed {}", spell(c.measured), to_string(c.allowed));
    }
    if (!std::isnan(c.expected)) {
        return fmt::format("error {:.1e}, allowed {:.1e}", c.error, c.tolerance);
    }
    if (std::isinf(c.allowed.low) && std::abs(c.measured) < 1e-3) {
        return fmt::format("{} {:.1e}, at most {:.6g}", c.quantity, c.measured, c.allowed.high);
    }
    return fmt::format("{} {:.6g}, allowed {}", c.quantity, c.measured, to_string(c.allowed));
}

// A line per check with the case that came closest to its tolerance, and a line per failed case.
std::string checks_text(const std::vector<check_result>& checks) {
    std::string text;
    for (auto from = checks.begin(); from != checks.end();) {
        const auto to = std::find_if(from, checks.end(), [&](const check_result& c) {
            return check_name(c) != check_name(*from);
        });
        const bool passed = std::all_of(from, to, [](const check_result& c) { return c.passed; });
        const auto tightest = std::min_element(from, to, is_tighter);
        text +=
            fmt::format("{}  {:<46} {:>3} {}  {}\n", passed ? "pass" : "FAIL", check_name(*from),
                        to - from, to - from == 1 ? "case " : "cases", allowed_text(*tightest));
        for (auto c = from; c != to; ++c) {
            if (c->passed && c->is_count_of_left_out && c->measured > 0) {
                text += fmt::format("      {}: {}, allowed {}\n", c->quantity, c->measured,
                                    to_string(c->allowed));
            }
            if (!c->passed) {
                if (const auto which = case_name(*c); !which.empty()) {
                    text += fmt::format("      {}\n", which);
                }
                text += fmt::format("        {}\n", failure_text(*c));
            }
        }
        from = to;
    }
    return text;
}

// The finding of each experiment. A check in short form, which is all of its experiment, already
// has its line among the checks.
std::string findings_text(const suite_result& s) {
    std::string text;
    for (const experiment_result& e : s.experiments) {
        if (e.about.statements.front().name.empty()) {
            continue;
        }
        const int failed = e.measured.failed();
        text += fmt::format("{:<12}  {}/{}: {}{}\n", to_string(e.found), s.name, e.about.name,
                            e.about.claim,
                            failed > 0 ? fmt::format(" ({} of {} runs ended in trouble)", failed,
                                                     e.measured.count())
                                       : "");
    }
    return text;
}

std::string changes_text(const std::vector<change>& changes) {
    std::string text = "\n";
    long beyond = 0;
    for (const change& c : changes) {
        text += fmt::format("{:<8} {}: {:.8g} -> {:.8g}{}\n", to_string(c.what), c.name, c.before,
                            c.now, c.passed ? "" : " (fails)");
        beyond += c.what == change::kind::noise ? 0 : 1;
    }
    return text + fmt::format("{} changes since the baseline, {} of them beyond noise\n",
                              changes.size(), beyond);
}

}  // namespace

std::string results_json(const std::vector<suite_result>& suites, const std::string& provenance,
                         bool with_runs, const std::vector<change>* changes) {
    json checks = json::array();
    json experiments = json::array();
    long passed = 0;
    for (const suite_result& s : suites) {
        for (const check_result& c : s.all()) {
            checks.push_back(check_json(c));
            passed += c.passed ? 1 : 0;
        }
        for (const experiment_result& e : s.experiments) {
            experiments.push_back(experiment_json(s, e, with_runs));
        }
    }
    const auto failed = static_cast<long>(checks.size()) - passed;
    json result = {{"checks", std::move(checks)},
                   {"experiments", std::move(experiments)},
                   {"passed", passed},
                   {"failed", failed},
                   {"provenance", provenance}};
    if (changes != nullptr) {
        result["changes"] = json::array();
        for (const change& c : *changes) {
            result["changes"].push_back({{"what", to_string(c.what)},
                                         {"name", c.name},
                                         {"before", number(c.before)},
                                         {"now", number(c.now)}});
        }
    }
    return json_text(result);
}

std::string results_text(const std::vector<suite_result>& suites,
                         const std::vector<change>* changes) {
    std::string checks;
    std::string findings;
    std::size_t all = 0;
    long passed = 0;
    for (const suite_result& s : suites) {
        const std::vector<check_result> of_suite = s.all();
        checks += checks_text(of_suite);
        findings += findings_text(s);
        all += of_suite.size();
        passed += std::count_if(of_suite.begin(), of_suite.end(),
                                [](const check_result& c) { return c.passed; });
    }
    return fmt::format("{}{}{}{}{} passed, {} failed\n", checks, findings.empty() ? "" : "\n",
                       findings, changes == nullptr ? "" : changes_text(*changes), passed,
                       static_cast<long>(all) - passed);
}

std::string suites_json(const std::vector<suite>& suites) {
    json all = json::array();
    for (const suite& s : suites) {
        json checks = json::array();
        json experiments = json::array();
        for (const experiment& e : s.experiments) {
            experiments.push_back({{"name", e.name}, {"title", e.title}, {"claim", e.claim}});
            for (const statement& c : e.statements) {
                // One entry for all the quantities that a check asks for.
                if (json entry = {{"name", e.name_of(c)}, {"claim", c.says}};
                    checks.empty() || checks.back() != entry) {
                    checks.push_back(std::move(entry));
                }
            }
        }
        all.push_back({{"name", s.name},
                       {"about", s.about},
                       {"checks", std::move(checks)},
                       {"experiments", std::move(experiments)}});
    }
    return json_text({{"suites", std::move(all)}});
}

std::string suites_text(const std::vector<suite>& suites) {
    std::string text;
    for (const suite& s : suites) {
        text += fmt::format("{}: {}\n", s.name, s.about);
        for (const experiment& e : s.experiments) {
            text += fmt::format("  {}/{}: {}\n", s.name, e.name, e.claim);
        }
    }
    return text;
}

std::string results_junit(const std::vector<suite_result>& suites, const std::string& provenance) {
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const suite_result& s : suites) {
        const std::vector<check_result> all = s.all();
        const auto failures =
            std::count_if(all.begin(), all.end(), [](const check_result& c) { return !c.passed; });
        xml += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n"
                           "    <properties><property name=\"provenance\" value=\"{}\"/>"
                           "</properties>\n",
                           escape_attribute(s.name), all.size(), failures,
                           escape_attribute(provenance));
        for (const check_result& c : all) {
            xml +=
                fmt::format(R"(    <testcase classname="{}" name="{}")",
                            escape_attribute(std::string(check_name(c))), escape_attribute(c.name));
            xml += c.passed ? "/>\n"
                            : fmt::format(">\n      <failure message=\"{}\">{}</failure>\n"
                                          "    </testcase>\n",
                                          escape_attribute(failure_text(c)),
                                          escape_xml(fmt::format("{} ({})", c.claim, c.reason)));
        }
        xml += "  </testsuite>\n";
    }
    return xml + "</testsuites>\n";
}

}  // namespace fusionflow::validation
