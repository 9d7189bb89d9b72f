#include "fusionflow/validation/experiments/measure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/experiments/kept_runs.hpp"
#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"
#include "fusionflow/validation/experiments/quantities.hpp"
#include "fusionflow/validation/experiments/step_stability.hpp"
#include "fusionflow/validation/study/parallel.hpp"

namespace fusionflow::validation {

namespace {

struct task {
    std::size_t point;
    std::size_t series;
    int repeat;
};

bool is_network(const solver::method& m) { return m.kind == solver::method_kind::network; }

bool draws_path_of(const experiment& e, const task& t) {
    if (!e.figure || !e.shows(e.all[t.series])) {
        return false;
    }
    const kept_paths keeps = e.figure->kind->keeps;
    return keeps == kept_paths::all || (keeps == kept_paths::first && t.repeat == 0);
}

run_record run_one(const experiment& e, const task& t, const conditions& under,
                   const std::vector<std::string>& quantities) {
    const series& one = e.all[t.series];
    const settings s = under.seeded(e.at(one, t.point));
    const solver::model about = build_model(s);
    const solver::method& how = solver::find_method(one.method);
    run_record done;
    if (how.refusal(about)) {
        done.outcome = "not_available";
        done.failed = true;
        for (const std::string& quantity : quantities) {
            done.values[quantity] = std::numeric_limits<double>::quiet_NaN();
        }
        return done;
    }
    const bool paths = draws_path_of(e, t);
    solver::run_options options = s.run;
    options.repeat = t.repeat;
    options.record = paths || std::any_of(quantities.begin(), quantities.end(), needs_path);
    solver::answer result = under.run(how, about, options);
    done.outcome = std::string(theory::to_string(result.ended));
    done.failed = theory::is_failure(result.ended);
    if (!done.failed && is_network(how) &&
        step_times_curvature(about, result.weights_final) > most_stable_step) {
        done.outcome = unstable_step;
        done.failed = true;
    }
    for (const std::string& quantity : quantities) {
        done.values[quantity] = observe(quantity, about, result);
    }
    if (paths) {
        done.path = std::move(result.path);
    }
    return done;
}

// A run from the journal; nothing where it is not there, or lacks the path that the figure draws.
std::optional<run_record> find_run(const experiment& e, const task& t, const journal* kept,
                                   std::size_t number, const std::vector<std::string>& quantities) {
    const journal_row* known = kept != nullptr ? kept->find(number) : nullptr;
    return known == nullptr ? std::nullopt : read_run(*known, quantities, draws_path_of(e, t));
}

// How often a series runs at a point.
int repeats_of(const experiment& e, std::size_t point, const series& one) {
    const settings s = e.at(one, point);
    const bool random = solver::is_random(solver::find_method(one.method), s.init, s.training);
    return random ? one.repeats : 1;
}

std::vector<task> plan(const experiment& e, measurements& result) {
    std::vector<task> tasks;
    result.runs.resize(e.points.size());
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        result.runs[p].resize(e.all.size());
        for (std::size_t s = 0; s < e.all.size(); ++s) {
            const int repeats = repeats_of(e, p, e.all[s]);
            result.runs[p][s].resize(static_cast<std::size_t>(repeats));
            for (int r = 0; r < repeats; ++r) {
                tasks.push_back({p, s, r});
            }
        }
    }
    return tasks;
}

void add_once(std::vector<std::string>& list, const std::string& name) {
    if (!name.empty() && std::find(list.begin(), list.end(), name) == list.end()) {
        list.push_back(name);
    }
}

}  // namespace

std::vector<std::string> wanted_quantities(const experiment& e) {
    std::vector<std::string> names;
    for (const statement& s : e.statements) {
        add_once(names, s.quantity);
    }
    if (e.figure) {
        add_once(names, e.figure->quantity);
    }
    return names;
}

std::size_t planned_runs(const experiment& e) {
    std::size_t runs = 0;
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        for (const series& one : e.all) {
            runs += static_cast<std::size_t>(repeats_of(e, p, one));
        }
    }
    return runs;
}

std::vector<double> measurements::values(std::size_t point, std::size_t one,
                                         const std::string& quantity) const {
    std::vector<double> all;
    for (const run_record& r : runs[point][one]) {
        all.push_back(r.values.at(quantity));
    }
    return all;
}

mean_value measurements::mean(std::size_t point, std::size_t one,
                              const std::string& quantity) const {
    return mean_of(values(point, one, quantity));
}

int measurements::failed() const {
    int failures = 0;
    for (const auto& of_point : runs) {
        for (const run_records& records : of_point) {
            failures += static_cast<int>(std::count_if(records.begin(), records.end(),
                                                       [](const auto& r) { return r.failed; }));
        }
    }
    return failures;
}

int measurements::count() const {
    std::size_t all = 0;
    for (const auto& of_point : runs) {
        for (const run_records& records : of_point) {
            all += records.size();
        }
    }
    return static_cast<int>(all);
}

measurements measure(const experiment& e, const measure_options& options,
                     const progress_report& progress) {
    measurements result;
    result.modalities = build_model(e.at(e.all.front(), 0)).moments.names();
    const std::vector<task> tasks = plan(e, result);
    const std::vector<std::string> quantities = wanted_quantities(e);
    std::mutex mutex;
    work_done work{.all = tasks.size()};
    for_each_index(tasks.size(), options.jobs, [&](std::size_t i) {
        const task& t = tasks[i];
        const std::size_t number = options.first_run + i;
        std::optional<run_record> record = find_run(e, t, options.kept, number, quantities);
        const bool known = record.has_value();
        if (!known) {
            record = run_one(e, t, options.under, quantities);
            if (options.kept != nullptr) {
                options.kept->add(number, keep_run(*record, quantities, draws_path_of(e, t)));
            }
        }
        const std::lock_guard lock(mutex);
        work.failed += record->failed ? 1 : 0;
        work.before += known ? 1 : 0;
        ++work.done;
        result.runs[t.point][t.series][static_cast<std::size_t>(t.repeat)] = std::move(*record);
        if (progress) {
            progress(work);
        }
    });
    return result;
}

}  // namespace fusionflow::validation
