#include "fusionflow/validation/report/results_json.hpp"

#include <fmt/format.h>

#include <algorithm>
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
