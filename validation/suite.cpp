#include "validation/suite.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <mutex>

#include "data/error.hpp"
#include "data/text_file.hpp"
#include "validation/embedded_suites.hpp"
#include "validation/parallel.hpp"
#include "validation/version.hpp"

namespace fusionflow::validation {

namespace {

// The one check or experiment of a name.
suite only(suite whole, const std::string& name) {
    std::vector<std::string> names;
    const auto others = [&](const auto& one) {
        names.push_back(one.name);
        return one.name != name;
    };
    std::erase_if(whole.checks, others);
    std::erase_if(whole.experiments, others);
    if (whole.checks.empty() && whole.experiments.empty()) {
        throw data::input_error("suite", fmt::format("'{}' has {}; got '{}'", whole.name,
                                                     fmt::join(names, ", "), name));
    }
    return whole;
}

void name_after(const suite& s, std::vector<check_result>& results) {
    for (check_result& result : results) {
        result.name = fmt::format("{}/{}", s.name, result.name);
    }
}

// Progress of a suite as a whole.
struct tally {
    work_done work;
    const progress_report& progress;

    void show() const {
        if (progress) {
            progress(work);
        }
    }
    // Of a part that counts from zero.
    [[nodiscard]] progress_report onwards() {
        return [this, before = work](const work_done& part) {
            work.done = before.done + part.done;
            work.failed = before.failed + part.failed;
            show();
        };
    }
};

std::vector<check_result> run_checks(const suite& s, const measure_options& options, tally& count) {
    std::vector<std::vector<check_result>> results(s.checks.size());
    std::mutex mutex;
    for_each_index(s.checks.size(), options.jobs, [&](std::size_t i) {
        results[i] = run_check(s.checks[i], options.under);
        const std::lock_guard lock(mutex);
        ++count.work.done;
        count.show();
    });
    std::vector<check_result> all;
    for (std::vector<check_result>& of_check : results) {
        name_after(s, of_check);
        all.insert(all.end(), of_check.begin(), of_check.end());
    }
    return all;
}

}  // namespace

std::vector<std::string> suite_names() {
    std::vector<std::string> names;
    for (const embedded_suite& s : embedded_suites()) {
        names.emplace_back(s.name);
    }
    return names;
}

suite load_suite(const std::string& name_or_file) {
    const std::size_t slash = name_or_file.find('/');
    for (const embedded_suite& s : embedded_suites()) {
        if (s.name == name_or_file.substr(0, slash)) {
            suite whole = parse_suite(s.text, fmt::format("{}.toml", s.name));
            return slash == std::string::npos
                       ? whole
                       : only(std::move(whole), name_or_file.substr(slash + 1));
        }
    }
    if (!name_or_file.ends_with(".toml")) {
        throw data::input_error("suite", fmt::format("need {} or a file ending in .toml, got '{}'",
                                                     fmt::join(suite_names(), ", "), name_or_file));
    }
    return parse_suite(data::read_text(name_or_file), name_or_file);
}

bool suite::judges_times_of(std::string_view method_name) const {
    return std::any_of(
               checks.begin(), checks.end(),
               [&](const check& c) { return validation::judges_times_of(c, method_name); }) ||
           std::any_of(experiments.begin(), experiments.end(),
                       [&](const experiment& e) { return e.judges_times_of(method_name); });
}

std::vector<check_result> suite_result::all() const {
    std::vector<check_result> results = checks;
    for (const experiment_result& e : experiments) {
        results.insert(results.end(), e.results.begin(), e.results.end());
    }
    return results;
}

std::size_t planned_runs(const suite& s) {
    std::size_t runs = 0;
    for (const experiment& e : s.experiments) {
        runs += planned_runs(e);
    }
    return runs;
}

std::string fingerprint(const std::vector<suite>& suites, const conditions& under) {
    std::string text = fmt::format("{} seed={}", version(), under.seed);
    if (!under.perturbed.empty()) {
        text += fmt::format(" {}={}", under.perturbed, under.factor);
    }
    for (const suite& s : suites) {
        text += fmt::format("; {} {:08x}", s.name, s.text);
        for (const experiment& e : s.experiments) {
            text += ' ' + e.name;
        }
    }
    return text;
}

suite_result run_suite(const suite& s, const measure_options& options,
                       const progress_report& progress) {
    tally count{{.all = s.checks.size() + planned_runs(s)}, progress};
    suite_result result{s.name, s.about, run_checks(s, options, count), {}};
    measure_options one_experiment = options;
    for (const experiment& e : s.experiments) {
        experiment_result one{
            e, measure(e, one_experiment, count.onwards()), {}, finding::confirmed};
        one_experiment.first_run += planned_runs(e);
        one.results = judge(e, one.measured);
        one.found = conclude(one.results);
        name_after(s, one.results);
        result.experiments.push_back(std::move(one));
    }
    return result;
}

}  // namespace fusionflow::validation
