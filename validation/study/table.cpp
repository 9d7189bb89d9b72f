#include "fusionflow/validation/study/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/validation/study/checksum.hpp"
#include "fusionflow/validation/study/parallel.hpp"
#include "fusionflow/validation/version.hpp"

namespace fusionflow::validation {

namespace {

void check_axes(const settings& base, const grid& points) {
    for (const grid_axis& axis : points.axes()) {
        data::need(!base.has(axis.option), "grid", "--{} is given too: say it once, here or there",
                   axis.option);
    }
}

// Builds the model of a grid point and checks its memory.
void check_point(const settings& base, const table_options& options, std::size_t index) {
    try {
        const solver::model m = build_model(options.points.at(base, index));
        for (const std::string& name : options.methods) {
            if (solver::find_method(name).forms_weights) {
                (void)solver::network_shape(m.moments.dims(),
                                            solver::hidden_widths::of(m.architecture, m.init),
                                            m.moments.outputs());
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

// Checks every point, on some threads; the error is that of the first bad one.
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

// Plans all rows. Axes are numbers, so that a method is random at all points or at none.
std::vector<table_row> plan_rows(const settings& base, const table_options& options) {
    std::vector<int> repeats;
    std::size_t rows_per_point = 0;
    for (const std::string& name : options.methods) {
        repeats.push_back(solver::is_random(solver::find_method(name), base.init, base.training)
                              ? options.repeats
                              : 1);
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
        text += fmt::format("; moments {:08x}", checksum(content));
    }
    return text;
}

journal_row compute(const settings& s, const solver::method& how, int repeat) {
    const solver::model about = build_model(s);
    if (how.refusal(about)) {
        return {std::vector<double>(static_cast<std::size_t>(about.moments.count()),
                                    std::numeric_limits<double>::quiet_NaN()),
                "not_available", false};
    }
    solver::run_options options = s.run;
    options.repeat = repeat;
    const solver::answer found = solver::run(how, about, options);
    return {found.times, std::string(theory::to_string(found.ended)),
            theory::is_failure(found.ended)};
}

// Computes the rows of a shard that are not known yet, on some threads, or on those of all ranks.
class table_run {
public:
    table_run(const settings& base, const table_options& options, table& result,
              const progress_report& progress)
        : base_(base), options_(options), result_(result), progress_(progress) {
        if (!options.journal.empty() && is_first()) {
            const auto times_of = [rows = result.rows.size(), times = result.names.size()](
                                      std::size_t i) -> std::optional<std::size_t> {
                return i < rows ? std::optional(times) : std::nullopt;
            };
            journal_ = std::make_unique<journal>(
                options.journal, journal_work{result.fingerprint, times_of},
                journal_options{.resume = options.resume, .warn = options.warn});
        }
    }

    void run() {
        const std::vector<std::size_t> open = take_known();
        const auto compute_one = [this](std::size_t i) { return compute_row(i); };
        const auto accept = [this](std::size_t i, const journal_row& row) { accept_row(i, row); };
        if (options_.team != nullptr) {
            options_.team->share(result_.fingerprint, open, options_.jobs, compute_one, accept);
        } else {
            for_each_index(open.size(), options_.jobs,
                           [&](std::size_t i) { accept(open[i], compute_one(open[i])); });
        }
    }

    [[nodiscard]] bool mine(std::size_t index) const {
        return is_first() && index % static_cast<std::size_t>(options_.part.count) ==
                                 static_cast<std::size_t>(options_.part.index - 1);
    }

private:
    [[nodiscard]] bool is_first() const {
        return options_.team == nullptr || options_.team->first();
    }

    // Fills the rows that the journal knows; returns the others.
    std::vector<std::size_t> take_known() {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < result_.rows.size(); ++i) {
            if (!mine(i)) {
                continue;
            }
            ++work_.all;
            if (const journal_row* known = journal_ ? journal_->find(i) : nullptr) {
                fill_row(result_.rows[i], *known);
                ++work_.before;
                work_.failed += known->failed ? 1 : 0;
            } else {
                open.push_back(i);
            }
        }
        work_.done = work_.before;
        return open;
    }

    [[nodiscard]] journal_row compute_row(std::size_t index) const {
        const table_row& row = result_.rows[index];
        const settings s = options_.points.at(base_, row.point);
        return compute(s, solver::find_method(options_.methods[row.method]), row.repeat);
    }

    void accept_row(std::size_t index, const journal_row& done) {
        fill_row(result_.rows[index], done);
        if (journal_) {
            journal_->add(index, done);
        }
        const std::lock_guard lock(mutex_);
        ++work_.done;
        work_.failed += done.failed ? 1 : 0;
        if (progress_) {
            progress_(work_);
        }
    }

    const settings& base_;
    const table_options& options_;
    table& result_;
    const progress_report& progress_;
    std::unique_ptr<journal> journal_;
    std::mutex mutex_;
    work_done work_;
};

}  // namespace

void table_options::validate() const {
    data::need(!methods.empty(), "methods", "need at least one");
    for (std::size_t i = 0; i < methods.size(); ++i) {
        (void)solver::find_method(methods[i]);
        for (std::size_t j = 0; j < i; ++j) {
            if (methods[i] == methods[j]) {
                throw data::input_error("methods", fmt::format("'{}' is there twice", methods[i]));
            }
        }
    }
    data::need(repeats >= 1 && repeats <= most_repeats, "repeats", "need 1 ... {}, got {}",
               most_repeats, repeats);
    part.validate();
    check_jobs(jobs);
}

void fill_row(table_row& row, const journal_row& result) {
    theory::learning answer;
    answer.times = result.times;
    row.times = result.times;
    row.time_ratio = answer.time_ratio();
    row.outcome = result.outcome;
    row.failed = result.failed;
}

table run_table(const settings& base, const table_options& options,
                const progress_report& progress) {
    options.validate();
    check_axes(base, options.points);
    table result{.points = options.points,
                 .methods = options.methods,
                 .rows = plan_rows(base, options),
                 .jobs = options.jobs,
                 .part = options.part,
                 .fingerprint = fingerprint(base, options)};
    result.all_rows = result.rows.size();
    check_points(base, options);
    result.names = build_model(options.points.at(base, 0)).moments.names();
    for (const std::string& name : options.methods) {
        result.labels.push_back(solver::label(solver::find_method(name), base.init, base.training));
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
