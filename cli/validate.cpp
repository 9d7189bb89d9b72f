#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/run.hpp"
#include "data/error.hpp"
#include "validation/baseline.hpp"
#include "validation/files.hpp"
#include "validation/gnuplot.hpp"
#include "validation/methods.hpp"
#include "validation/numbers.hpp"
#include "validation/report.hpp"
#include "validation/results_json.hpp"

namespace fusionflow::cli {

namespace {

using validation::check_result;
using validation::suite;
using validation::suite_result;

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
        double allowed = from->tolerance;
        for (auto c = from; c != to; ++c) {
            worst = std::max(worst, c->error);
            allowed = std::max(allowed, c->tolerance);
        }
        text += fmt::format("{}  {:<46} {:>3} {}  error {:.1e}, allowed {:.1e}\n",
                            passed ? "pass" : "FAIL", check_name(*from), to - from,
                            to - from == 1 ? "case " : "cases", worst, allowed);
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

std::string findings_text(const suite_result& s) {
    std::string text;
    for (const validation::experiment_result& e : s.experiments) {
        const int failed = e.measured.failed();
        text += fmt::format("{:<12}  {}/{}: {}{}\n", to_string(e.found), s.name, e.about.name,
                            e.about.claim,
                            failed > 0 ? fmt::format(" ({} of {} runs ended in trouble)", failed,
                                                     e.measured.count())
                                       : "");
    }
    return text;
}

void list_suites(const std::vector<std::string>& names) {
    for (const std::string& name : names.empty() ? validation::suite_names() : names) {
        const suite s = validation::load_suite(name);
        fmt::print("{}: {}\n", s.name, s.about);
        for (const validation::check& c : s.checks) {
            fmt::print("  {}/{}: {}\n", s.name, c.name, c.claim);
        }
        for (const validation::experiment& e : s.experiments) {
            fmt::print("  {}/{}: {}\n", s.name, e.name, e.claim);
        }
    }
}

std::string read_baseline(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) {
        throw data::input_error("baseline", file + ": cannot be read");
    }
    return text;
}

// To stderr, because stdout may be JSON.
void print_changes(const std::vector<validation::change>& changes) {
    for (const validation::change& c : changes) {
        fmt::print(stderr, "{:<8} {}: {:.8g} -> {:.8g}{}\n", to_string(c.what), c.name, c.before,
                   c.now, c.passed ? "" : " (fails)");
    }
    const auto moved = std::count_if(changes.begin(), changes.end(), [](const auto& c) {
        return c.what == validation::change::kind::moved ||
               c.what == validation::change::kind::verdict;
    });
    fmt::print(stderr, "baseline: {} changed, {} of them beyond noise\n", changes.size(), moved);
}

// METHOD=FACTOR
void read_perturbation(const arguments& given, validation::measure_options& options) {
    const std::string text = given.get("perturb");
    const std::vector<std::string> parts = validation::split(text, '=');
    if (parts.size() != 2) {
        throw data::input_error(
            "perturb", fmt::format("need METHOD=FACTOR, as in formula=1.02, got '{}'", text));
    }
    options.perturbed = validation::find_method(parts[0]).name;
    options.factor = validation::parse_number("perturb", parts[1]);
}

validation::measure_options read_options(const arguments& given) {
    validation::measure_options options;
    options.jobs = read_jobs(given);
    if (given.has("seed")) {
        options.seed = validation::parse_seed("seed", given.get("seed"));
    }
    if (given.has("perturb")) {
        read_perturbation(given, options);
    }
    return options;
}

std::vector<std::string> read_formats(const arguments& given) {
    std::vector<std::string> formats;
    if (given.has("figures")) {
        if (!given.has("report")) {
            throw data::input_error("figures", "needs --report");
        }
        formats = validation::split(given.get("figures"), ',');
        for (const std::string& format : formats) {
            if (format != "png" && format != "pdf") {
                throw data::input_error("figures",
                                        fmt::format("need png, pdf or both, got '{}'", format));
            }
        }
    }
    return formats;
}

std::vector<suite_result> run_all(const arguments& given, const std::vector<suite>& suites,
                                  const validation::measure_options& options) {
    std::vector<suite_result> results;
    for (const suite& s : suites) {
        progress_line progress(given.quiet);
        results.push_back(validation::run_suite(
            s, options, [&](std::size_t done, std::size_t all, std::size_t failed) {
                progress.report({.done = done, .all = all, .failed = failed}, s.name + ": ",
                                "runs");
            }));
    }
    return results;
}

exit_code run(const arguments& given) {
    if (given.has("list")) {
        list_suites(given.positional);
        return exit_code::done;
    }
    const auto options = read_options(given);
    const auto formats = read_formats(given);
    std::vector<suite> suites;
    for (const std::string& name :
         given.positional.empty() ? std::vector<std::string>{"quick"} : given.positional) {
        suites.push_back(validation::load_suite(name));
    }
    const std::string baseline = given.has("baseline") ? read_baseline(given.get("baseline")) : "";
    if (given.has("baseline")) {
        (void)validation::compare_with_baseline({}, baseline, given.get("baseline"));
    }
    if (given.has("junit")) {
        validation::check_writable("junit", given.get("junit"));
    }
    if (given.has("report")) {
        validation::check_report_folder(given.get("report"));
        (void)validation::run_gnuplot("");
    }
    const std::vector<suite_result> results = run_all(given, suites, options);
    std::vector<check_result> checks;
    for (const suite_result& s : results) {
        const auto all = s.all();
        checks.insert(checks.end(), all.begin(), all.end());
    }
    const long passed =
        std::count_if(checks.begin(), checks.end(), [](const check_result& c) { return c.passed; });
    const long failed = static_cast<long>(checks.size()) - passed;
    if (given.json) {
        fmt::print("{}", validation::results_json(results, given.provenance, false));
    } else {
        std::string findings;
        for (const suite_result& s : results) {
            findings += findings_text(s);
        }
        fmt::print("{}{}{}{} passed, {} failed\n", to_text(checks), findings.empty() ? "" : "\n",
                   findings, passed, failed);
    }
    if (given.has("junit")) {
        validation::write_file("junit", given.get("junit"),
                               validation::results_junit(results, given.provenance));
    }
    if (given.has("report")) {
        validation::write_report(results, given.get("report"), {given.provenance, formats});
    }
    if (given.has("baseline")) {
        print_changes(validation::compare_with_baseline(checks, baseline, given.get("baseline")));
    }
    return failed == 0 ? exit_code::done : exit_code::check_failed;
}

}  // namespace

const command validate_command = {
    "validate",
    "Suites of checks: theory against flow against networks. No suite named: quick.",
    "[SUITE...]",
    {},
    {{"list", "", "print the suites, or what is in those named, and stop"},
     {"report", "DIR", "write index.html with figures and results.json there (needs gnuplot)",
      true},
     {"figures", "png,pdf", "with --report: each figure as a file too", true},
     {"junit", "F.xml", "write the checks as JUnit's XML", true},
     {"baseline", "F.json", "say what moved since an earlier --format json", true},
     {"seed", "N", "other draws of everything random (0: those of the suites)"},
     {"perturb", "M=F", "multiply the times of method M by F, to see that it is noticed"},
     {"jobs", "N", "threads (all processors)", true}},
    "fusionflow validate quick",
    run};

}  // namespace fusionflow::cli
