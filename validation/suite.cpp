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

}  // namespace

std::vector<std::string> suite_names() {
    std::vector<std::string> names;
    for (const embedded_suite& s : embedded_suites()) {
        names.emplace_back(s.name);
    }
    return names;
}

suite load_suite(const std::string& name_or_file) {
    for (const embedded_suite& s : embedded_suites()) {
        if (s.name == name_or_file) {
            return parse_suite(s.text, fmt::format("{}.toml", s.name));
        }
    }
    if (!name_or_file.ends_with(".toml")) {
        throw data::input_error("suite", fmt::format("need {} or a file ending in .toml, got '{}'",
                                                     fmt::join(suite_names(), ", "), name_or_file));
    }
    return parse_suite(read_file(name_or_file), name_or_file);
}

std::vector<check_result> run_suite(const suite& s, int jobs, const progress_report& progress) {
    std::vector<std::vector<check_result>> results(s.checks.size());
    std::mutex mutex;
    work_done work{.all = s.checks.size()};
    for_each_index(s.checks.size(), jobs, [&](std::size_t i) {
        results[i] = run_check(s.checks[i]);
        const bool passed = std::all_of(results[i].begin(), results[i].end(),
                                        [](const check_result& c) { return c.passed; });
        const std::lock_guard lock(mutex);
        ++work.done;
        work.failed += passed ? 0 : 1;
        if (progress) {
            progress(work);
        }
    });
    std::vector<check_result> all;
    for (std::vector<check_result>& of_check : results) {
        for (check_result& result : of_check) {
            result.name = fmt::format("{}/{}", s.name, result.name);
            all.push_back(std::move(result));
        }
    }
    return all;
}

}  // namespace fusionflow::validation
