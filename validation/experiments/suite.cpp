#include "fusionflow/validation/experiments/suite.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/text_file.hpp"
#include "fusionflow/validation/experiments/embedded_suites.hpp"
#include "fusionflow/validation/study/checksum.hpp"
#include "fusionflow/validation/version.hpp"

namespace fusionflow::validation {

namespace {

// The suite with the experiment of this name alone.
suite only(suite whole, const std::string& name) {
    std::vector<std::string> names;
    std::erase_if(whole.experiments, [&](const experiment& e) {
        names.push_back(e.name);
        return e.name != name;
    });
    if (whole.experiments.empty()) {
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
    // Reports for the next experiment, which counts its runs from zero.
    [[nodiscard]] progress_report onwards() {
        return [this, before = work](const work_done& part) {
            work.done = before.done + part.done;
            work.failed = before.failed + part.failed;
            work.before = before.before + part.before;
            show();
        };
    }
};

// Adds a checksum of the moments: a suite's text only names the file that they are in.
void add_moments(const settings& model, std::string& text) {
    if (model.moments) {
        text += fmt::format(" {:08x}", checksum(data::format_moments(*model.moments)));
    }
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
            add_moments(e.model, text);
            for (const series& one : e.all) {
                add_moments(one.own, text);
            }
        }
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
    const std::size_t slash = name_or_file.find('/');
    for (const embedded_suite& s : embedded_suites()) {
        if (s.name == name_or_file.substr(0, slash)) {
            suite whole = parse_suite(s.text, fmt::format("{}.toml", s.name));
            return slash == std::string::npos
                       ? whole
                       : only(std::move(whole), name_or_file.substr(slash + 1));
        }
    }
    data::need(name_or_file.ends_with(".toml"), "suite",
               "need {} or a file ending in .toml, got '{}'", fmt::join(suite_names(), ", "),
               name_or_file);
    return parse_suite(data::read_text(name_or_file), name_or_file);
}

bool suite::judges_times_of(std::string_view method_name) const {
    return std::any_of(experiments.begin(), experiments.end(),
                       [&](const experiment& e) { return e.judges_times_of(method_name); });
}

std::vector<check_result> suite_result::all() const {
    std::vector<check_result> results;
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

journal_work work_of(const std::vector<suite>& suites, const conditions& under) {
    // The rows of one experiment: how many there are, and how many values each has.
    struct block {
        std::size_t rows;
        std::size_t times;
    };
    std::vector<block> blocks;
    for (const suite& s : suites) {
        for (const experiment& e : s.experiments) {
            blocks.push_back({planned_runs(e), wanted_quantities(e).size()});
        }
    }
    const auto times_of = [blocks](std::size_t index) -> std::optional<std::size_t> {
        for (const block& b : blocks) {
            if (index < b.rows) {
                return b.times;
            }
            index -= b.rows;
        }
        return std::nullopt;
    };
    return {fingerprint(suites, under), times_of};
}

suite_result run_suite(const suite& s, const measure_options& options,
                       const progress_report& progress) {
    tally count{{.all = planned_runs(s)}, progress};
    suite_result result{s.name, s.about, {}};
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
