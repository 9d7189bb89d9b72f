#include <fmt/format.h>

#include <algorithm>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/run.hpp"
#include "data/error.hpp"
#include "validation/numbers.hpp"
#include "validation/suite.hpp"

namespace fusionflow::cli {

namespace {

using validation::check_result;
using validation::suite;

json to_json(const std::vector<check_result>& checks, long passed, const std::string& provenance) {
    json list = json::array();
    for (const check_result& c : checks) {
        json object = {{"name", c.name},
                       {"claim", c.claim},
                       {"expected", number(c.expected)},
                       {"measured", number(c.measured)},
                       {"error", number(c.error)},
                       {"tolerance", c.tolerance},
                       {"reason", c.reason},
                       {"passed", c.passed}};
        if (!c.trouble.empty()) {
            object["trouble"] = c.trouble;
        }
        list.push_back(std::move(object));
    }
    return {{"checks", list},
            {"passed", passed},
            {"failed", static_cast<long>(checks.size()) - passed},
            {"provenance", provenance}};
}

// The name of a result up to its case.
std::string_view check_name(const check_result& c) {
    const std::string_view name = c.name;
    return name.substr(0, name.find(':'));
}

// A line per check with the case that came closest to its tolerance, and a line per failed case.
std::string to_text(const std::vector<check_result>& checks) {
    std::string text;
    for (auto from = checks.begin(); from != checks.end();) {
        const auto to = std::find_if(from, checks.end(), [&](const check_result& c) {
            return check_name(c) != check_name(*from);
        });
        const bool passed = std::all_of(from, to, [](const check_result& c) { return c.passed; });
        double worst = 0;
        for (auto c = from; c != to; ++c) {
            worst = std::max(worst, c->error);
        }
        text += fmt::format("{}  {:<46} {:>3} {}  error {:.1e}, allowed {:.1e}\n",
                            passed ? "pass" : "FAIL", check_name(*from), to - from,
                            to - from == 1 ? "case " : "cases", worst, from->tolerance);
        for (auto c = from; c != to; ++c) {
            if (!c->passed) {
                text += fmt::format("      {}\n", c->name.substr(check_name(*c).size()));
                text +=
                    c->trouble.empty()
                        ? fmt::format("        expected {:.8g}, measured {:.8g}, error {:.2e}\n",
                                      c->expected, c->measured, c->error)
                        : fmt::format("        {}\n", c->trouble);
            }
        }
        from = to;
    }
    return text;
}

exit_code run(const arguments& given) {
    const int jobs = read_jobs(given);
    std::vector<suite> suites;
    for (const std::string& name :
         given.positional.empty() ? std::vector<std::string>{"quick"} : given.positional) {
        suites.push_back(validation::load_suite(name));
    }
    std::vector<check_result> checks;
    for (const suite& s : suites) {
        progress_line progress(given.quiet);
        const auto results = validation::run_suite(s, jobs, [&](const validation::work_done& work) {
            progress.report(work, s.name + ": ", "checks");
        });
        checks.insert(checks.end(), results.begin(), results.end());
    }
    const long passed =
        std::count_if(checks.begin(), checks.end(), [](const check_result& c) { return c.passed; });
    const long failed = static_cast<long>(checks.size()) - passed;
    if (given.json) {
        print(to_json(checks, passed, given.provenance));
    } else {
        fmt::print("{}{} passed, {} failed\n", to_text(checks), passed, failed);
    }
    return failed == 0 ? exit_code::done : exit_code::check_failed;
}

}  // namespace

const command validate_command = {
    "validate",
    "Suites of checks: theory against flow against networks. No suite named: quick.",
    "[SUITE...]",
    {},
    {{"jobs", "N", "threads (all processors)", true}},
    "fusionflow validate quick",
    run};

}  // namespace fusionflow::cli
