#include "validation/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "data/error.hpp"
#include "data/moments_json.hpp"
#include "solver/network.hpp"
#include "validation/journal.hpp"
#include "validation/parallel.hpp"
#include "validation/version.hpp"

namespace fusionflow::validation {

namespace {

constexpr int most_repeats = 1'000'000;
constexpr std::size_t most_rows = 10'000'000;

void check_axes(const settings& base, const grid& points) {
    for (const grid_axis& axis : points.axes()) {
        if (base.has(axis.option)) {
            throw data::input_error("grid", fmt::format("--{} is given too: say it once, here or "
                                                        "there",
                                                        axis.option));
        }
    }
}

// Builds the model of a grid point and checks its memory.
void check_point(const settings& base, const table_options& options, std::size_t index) {
    try {
        const model m = build_model(options.points.at(base, index));
        for (const std::string& name : options.methods) {
            if (find_method(name).forms_weights) {
                (void)solver::network_shape(m.moments.dims(),
                                            solver::hidden_widths::of(m.architecture, m.init));
            }
        }
    } catch (const data::input_error& e) {
        if (options.points.axes().empty()) {
            throw;
        }
        throw data::input_error(
            e.field(), fmt::format("{} (at {})", e.rule(), options.points.describe(index)));
    }
}

// Checks every point, on some threads; of the bad ones the first is named.
void check_points(const settings& base, const table_options& options) {
    constexpr std::size_t piece = 50;
    const std::size_t none = options.points.size();
    std::atomic<std::size_t> bad = none;
    const auto check = [&](std::size_t p) {
        try {
            if (p < bad.load()) {
                check_point(base, options, p);
            }
        } catch (const data::input_error&) {
            for (std::size_t least = bad.load(); p < least;) {
                bad.compare_exchange_weak(least, p);
            }
        }
    };
    for_each_index(none, options.jobs, check, piece);
    if (bad.load() < none) {
        check_point(base, options, bad.load());
    }
}

// Axes are numbers, so that a method is random at all points or at none.
std::vector<table_row> plan_rows(const settings& base, const table_options& options) {
    std::vector<int> repeats;
    std::size_t rows_per_point = 0;
    for (const std::string& name : options.methods) {
        repeats.push_back(is_random(find_method(name), base) ? options.repeats : 1);
        rows_per_point += static_cast<std::size_t>(repeats.back());
    }
    if (rows_per_point > most_rows / options.points.size()) {
        throw data::input_error("grid", fmt::format("need at most {} rows", most_rows));
    }
    std::vector<table_row> rows;
    rows.reserve(options.points.size() * rows_per_point);
    for (std::size_t p = 0; p < options.points.size(); ++p) {
        for (std::size_t m = 0; m < options.methods.size(); ++m) {
            for (int r = 0; r < repeats[m]; ++r) {
                rows.push_back({.point = p, .method = m, .repeat = r, .times = {}, .outcome = {}});
            }
        }
    }
    return rows;
}

std::string fingerprint(const settings& base, const table_options& options) {
    std::string text = fmt::format("{} {} methods={} repeats={}", version(), command_line(base),
                                   fmt::join(options.methods, ","), options.repeats);
    for (const grid_axis& axis : options.points.axes()) {
        text += fmt::format("; {}={}", axis.option, fmt::join(axis.values, ","));
    }
    if (base.moments) {
        const std::string content = data::format_moments(*base.moments);
        text += fmt::format("; moments {:016x}", std::hash<std::string>{}(content));
    }
    return text;
}

journal_row compute(const settings& s, const method& how, int repeat, int modalities) {
    const method_result result = how.run(s, repeat, false);
    if (!result.available) {
        return {std::vector<double>(static_cast<std::size_t>(modalities),
                                    std::numeric_limits<double>::quiet_NaN()),
                "not_available", false};
    }
    return {result.answer.times, std::string(theory::to_string(result.answer.ended)),
            theory::is_failure(result.answer.ended)};
}

void fill(table_row& row, const journal_row& done) {
    theory::learning answer;
    answer.times = done.times;
    row.times = done.times;
    row.time_ratio = answer.time_ratio();
    row.outcome = done.outcome;
    row.failed = done.failed;
}

// Computes the rows with the given indices, on some threads.
class table_run {
public:
    table_run(const settings& base, const table_options& options, table& result,
              const table_progress& progress)
        : base_(base), options_(options), result_(result), progress_(progress) {
        if (!options.journal.empty()) {
            journal_ = std::make_unique<journal>(options.journal, fingerprint(base, options),
                                                 options.resume);
        }
    }

    void run() {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < result_.rows.size(); ++i) {
            if (!mine(i)) {
                continue;
            }
            if (const journal_row* known = journal_ ? journal_->find(i) : nullptr) {
                fill(result_.rows[i], *known);
            } else {
                open.push_back(i);
            }
        }
        all_ = open.size();
        for_each_index(open.size(), options_.jobs, [&](std::size_t i) { compute_row(open[i]); });
    }

    [[nodiscard]] bool mine(std::size_t index) const {
        return index % static_cast<std::size_t>(options_.shards) ==
               static_cast<std::size_t>(options_.shard - 1);
    }

private:
    void compute_row(std::size_t index) {
        table_row& row = result_.rows[index];
        const settings s = options_.points.at(base_, row.point);
        const journal_row done = compute(s, find_method(options_.methods[row.method]), row.repeat,
                                         static_cast<int>(result_.names.size()));
        fill(row, done);
        if (journal_) {
            journal_->add(index, done);
        }
        const std::lock_guard lock(mutex_);
        ++done_;
        if (progress_) {
            progress_(done_, all_);
        }
    }

    const settings& base_;
    const table_options& options_;
    table& result_;
    const table_progress& progress_;
    std::unique_ptr<journal> journal_;
    std::mutex mutex_;
    std::size_t done_ = 0;
    std::size_t all_ = 0;
};

}  // namespace

void table_options::validate() const {
    if (methods.empty()) {
        throw data::input_error("methods", "need at least one");
    }
    for (std::size_t i = 0; i < methods.size(); ++i) {
        (void)find_method(methods[i]);
        for (std::size_t j = 0; j < i; ++j) {
            if (methods[i] == methods[j]) {
                throw data::input_error("methods", fmt::format("'{}' is there twice", methods[i]));
            }
        }
    }
    if (!(repeats >= 1 && repeats <= most_repeats)) {
        throw data::input_error("repeats",
                                fmt::format("need 1 ... {}, got {}", most_repeats, repeats));
    }
    if (!(shard >= 1 && shard <= shards)) {
        throw data::input_error("shard",
                                fmt::format("need i/n with 1 <= i <= n, got {}/{}", shard, shards));
    }
    check_jobs(jobs);
}

table run_table(const settings& base, const table_options& options,
                const table_progress& progress) {
    options.validate();
    check_axes(base, options.points);
    table result{options.points, {}, options.methods, {}, plan_rows(base, options), options.jobs};
    check_points(base, options);
    result.names = build_model(options.points.at(base, 0)).moments.names();
    for (const std::string& name : options.methods) {
        result.labels.push_back(label(find_method(name), base));
    }
    table_run run(base, options, result, progress);
    run.run();
    std::vector<table_row> rows;
    for (std::size_t i = 0; i < result.rows.size(); ++i) {
        if (run.mine(i)) {
            rows.push_back(std::move(result.rows[i]));
        }
    }
    result.rows = std::move(rows);
    return result;
}

}  // namespace fusionflow::validation
