#include "validation/suite.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <mutex>

#include "data/error.hpp"
#include "validation/embedded_suites.hpp"
#include "validation/parallel.hpp"

namespace fusionflow::validation {

namespace {

std::string read_file(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) {
        throw data::input_error(file, "cannot be read");
    }
    return text;
}

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
    std::size_t all;
    std::size_t done;
    std::size_t failed;
    const measure_progress& progress;

    void show() const {
        if (progress) {
            progress(done, all, failed);
        }
    }
    // Of a part that counts from zero.
    [[nodiscard]] measure_progress onwards() {
        return [this, before = done, failed_before = failed](std::size_t part, std::size_t,
                                                             std::size_t failures) {
            done = before + part;
            failed = failed_before + failures;
            show();
        };
    }
};

std::vector<check_result> run_checks(const suite& s, int jobs, tally& count) {
    std::vector<std::vector<check_result>> results(s.checks.size());
    std::mutex mutex;
    for_each_index(s.checks.size(), jobs, [&](std::size_t i) {
        results[i] = run_check(s.checks[i]);
        const std::lock_guard lock(mutex);
        ++count.done;
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
    return parse_suite(read_file(name_or_file), name_or_file);
}

std::vector<check_result> suite_result::all() const {
    std::vector<check_result> results = checks;
    for (const experiment_result& e : experiments) {
        results.insert(results.end(), e.results.begin(), e.results.end());
    }
    return results;
}

suite_result run_suite(const suite& s, const measure_options& options,
                       const measure_progress& progress) {
    tally count{s.checks.size(), 0, 0, progress};
    for (const experiment& e : s.experiments) {
        count.all += planned_runs(e);
    }
    suite_result result{s.name, s.about, run_checks(s, options.jobs, count), {}};
    for (const experiment& e : s.experiments) {
        experiment_result one{e, measure(e, options, count.onwards()), {}, finding::confirmed};
        one.results = judge(e, one.measured);
        one.found = conclude(one.results);
        name_after(s, one.results);
        result.experiments.push_back(std::move(one));
    }
    return result;
}

}  // namespace fusionflow::validation
