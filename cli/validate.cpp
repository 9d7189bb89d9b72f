#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "fusionflow/cli/attempts.hpp"
#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/command_files.hpp"
#include "fusionflow/cli/progress.hpp"
#include "fusionflow/cli/run.hpp"
#include "fusionflow/cli/streams.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/text_file.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/experiments/baseline.hpp"
#include "fusionflow/validation/figures/gnuplot.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/report/report.hpp"
#include "fusionflow/validation/report/results_report.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/study/journal.hpp"
#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::cli {

namespace {

using validation::check_result;
using validation::suite;
using validation::suite_result;
using words = std::vector<std::string>;

std::vector<suite> load_all(const std::vector<std::string>& names) {
    std::vector<suite> suites;
    suites.reserve(names.size());
    for (const std::string& name : names) {
        suites.push_back(validation::load_suite(name));
    }
    return suites;
}

void list_suites(const arguments& given) {
    const auto& named = given.positional;
    const std::vector<suite> suites = load_all(named.empty() ? validation::suite_names() : named);
    if (given.json) {
        print_json(validation::suites_json(suites));
    } else {
        print_text(validation::suites_text(suites));
    }
}

std::string runs_file(const arguments& given) {
    return (std::filesystem::path(given.get("report")) / "runs.journal").string();
}

// Reads METHOD=FACTOR.
void read_perturbation(const arguments& given, validation::measure_options& options) {
    const std::string text = given.get("perturb");
    const std::vector<std::string> parts = validation::split(text, '=');
    if (parts.size() != 2) {
        throw data::input_error(
            "perturb", fmt::format("need METHOD=FACTOR, as in formula=1.02, got '{}'", text));
    }
    options.under.perturbed = solver::find_method(parts[0]).name;
    options.under.factor = validation::parse_number("perturb", parts[1]);
}

validation::measure_options read_measure_options(const arguments& given) {
    validation::measure_options options;
    options.jobs = read_jobs(given);
    if (given.has("seed")) {
        options.under.seed = validation::parse_seed("seed", given.get("seed"));
    }
    if (given.has("perturb")) {
        read_perturbation(given, options);
    }
    return options;
}

// Refuses a spoiled method whose times no check judges: it would pass unnoticed.
void check_perturbed(const std::vector<suite>& suites, const std::string& spoiled) {
    const auto judged = [&](std::string_view name) {
        return std::any_of(suites.begin(), suites.end(),
                           [&](const suite& s) { return s.judges_times_of(name); });
    };
    if (spoiled.empty() || judged(spoiled)) {
        return;
    }
    std::vector<std::string> names = solver::method_names();
    std::erase_if(names, [&](const std::string& name) { return !judged(name); });
    throw data::input_error(
        "perturb",
        fmt::format("no check judges the times of {}; {}", spoiled,
                    names.empty() ? "none judges the times of any method"
                                  : fmt::format("need one of {}", fmt::join(names, ", "))));
}

std::vector<std::string> read_formats(const arguments& given) {
    if (!given.has("report")) {
        given.refuse({"figures"}, "needs --report");
    }
    std::vector<std::string> formats;
    if (given.has("figures")) {
        formats = validation::split(given.get("figures"), ',');
    }
    for (const std::string& format : formats) {
        if (format != "png" && format != "pdf") {
            throw data::input_error("figures",
                                    fmt::format("need png, pdf or both, got '{}'", format));
        }
    }
    return formats;
}

// Finished runs are kept beside the report until the report is written.
std::optional<validation::journal> open_journal(const arguments& given,
                                                const std::vector<suite>& suites,
                                                const validation::conditions& under) {
    if (!given.has("report")) {
        given.refuse({"resume"}, "needs --report");
        return std::nullopt;
    }
    validation::make_report_folder(given.get("report"));
    const auto warn = [&given](const std::string& text) { print_warnings(given, {text}); };
    return std::optional<validation::journal>(
        std::in_place, runs_file(given), validation::work_of(suites, under),
        validation::journal_options{given.has("resume"), "report", warn});
}

std::vector<suite_result> run_all(const arguments& given, const std::vector<suite>& suites,
                                  validation::measure_options options) {
    std::vector<suite_result> results;
    for (const suite& s : suites) {
        progress_line progress(given.quiet);
        results.push_back(validation::run_suite(s, options, [&](const validation::work_done& work) {
            progress.report(work, s.name + ": ", "runs");
        }));
        options.first_run += planned_runs(s);
    }
    return results;
}

// Refuses figures that could not be drawn and files that could not be read, before anything runs;
// returns the baseline.
std::optional<std::string> check_surroundings(const arguments& given,
                                              const std::vector<std::string>& formats) {
    if (given.has("report")) {
        validation::check_report_folder(given.get("report"));
        validation::check_gnuplot("svg");
        for (const std::string& format : formats) {
            validation::check_gnuplot(format);
        }
    }
    if (!given.has("baseline")) {
        return std::nullopt;
    }
    std::string text = data::read_text(given.get("baseline"));
    (void)validation::compare_with_baseline({}, text, given.get("baseline"));
    return text;
}

std::vector<check_result> all_of(const std::vector<suite_result>& results) {
    std::vector<check_result> checks;
    for (const suite_result& s : results) {
        const auto all = s.all();
        checks.insert(checks.end(), all.begin(), all.end());
    }
    return checks;
}

void print_results(const arguments& given, const std::vector<suite_result>& results,
                   const std::vector<validation::change>* changes) {
    if (given.json) {
        print_json(validation::results_json(results, given.provenance, false, changes));
    } else {
        print_text(validation::results_text(results, changes));
    }
}

void write_files(const arguments& given, const std::vector<suite_result>& results,
                 const std::vector<std::string>& formats, attempts& all) {
    if (given.has("junit")) {
        all.add([&] {
            validation::write_file("junit", given.get("junit"),
                                   validation::results_junit(results, given.provenance));
        });
    }
    if (given.has("report")) {
        all.add([&] {
            validation::write_report(results, given.get("report"), {given.provenance, formats});
            std::error_code ignored;
            std::filesystem::remove(runs_file(given), ignored);
        });
    }
}

// Plans to read the suites that are files, and to write what is in a report.
void add_files_of_validate(const arguments& given, validation::file_plan& plan) {
    for (const std::string& word : given.positional) {
        if (word.ends_with(".toml")) {
            plan.reads("", word);
        }
    }
    if (given.has("report")) {
        plan.writes_into("report", given.get("report"),
                         {"index.html", "results.json",
                          std::filesystem::path(runs_file(given)).filename().string()},
                         {".png", ".pdf"});
    }
}

// Refuses to write over files of moments that suites read.
void check_files_of(const std::vector<suite>& suites, const arguments& given) {
    validation::file_plan plan = planned_files(validate_command, given);
    const auto add = [&plan](const validation::settings& s) {
        for (const validation::given_option& one : s.given) {
            if (one.name == "moments") {
                plan.reads("", one.value);
            }
        }
    };
    for (const suite& s : suites) {
        for (const validation::experiment& e : s.experiments) {
            add(e.model);
            for (const validation::series& one : e.all) {
                add(one.own);
            }
        }
    }
    plan.check();
}

exit_code run_validate(const arguments& given) {
    if (given.has("list")) {
        list_suites(given);
        return exit_code::done;
    }
    auto options = read_measure_options(given);
    const auto formats = read_formats(given);
    const std::vector<suite> suites =
        load_all(given.positional.empty() ? words{"quick"} : given.positional);
    check_files_of(suites, given);
    check_perturbed(suites, options.under.perturbed);
    const auto baseline = check_surroundings(given, formats);
    auto kept = open_journal(given, suites, options.under);
    options.kept = kept ? &*kept : nullptr;
    const std::vector<suite_result> results = run_all(given, suites, options);
    const std::vector<check_result> checks = all_of(results);
    const long failed = std::count_if(checks.begin(), checks.end(),
                                      [](const check_result& c) { return !c.passed; });
    std::optional<std::vector<validation::change>> changes;
    if (baseline) {
        changes = validation::compare_with_baseline(checks, *baseline, given.get("baseline"));
    }
    attempts all;
    write_files(given, results, formats, all);
    all.add([&] { print_results(given, results, changes ? &*changes : nullptr); });
    all.finish();
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
     {"resume", "", "with --report: keep the runs that were finished when it was interrupted",
      true},
     {"figures", "png,pdf", "with --report: each figure as a file too", true},
     {"junit", "F.xml", "write the checks as JUnit's XML", true, false, file_use::written},
     {"baseline", "F.json", "say what moved since an earlier --format json", true, false,
      file_use::read},
     {"seed", "N", "other draws of everything random (0: those of the suites)"},
     {"perturb", "M=F", "spoil the times of method M by a factor F, to see that it is noticed"},
     {"jobs", "N", "threads (all processors)", true}},
    "fusionflow validate quick",
    run_validate,
    false,
    file_use::none,
    add_files_of_validate};

}  // namespace fusionflow::cli
