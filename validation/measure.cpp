#include "validation/measure.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "validation/methods.hpp"
#include "validation/parallel.hpp"
#include "validation/quantities.hpp"
#include "validation/step_stability.hpp"

namespace fusionflow::validation {

namespace {

struct task {
    std::size_t point;
    std::size_t series;
    int repeat;
};

bool is_network(const method& m) { return m.kind == method_kind::network; }

bool draws_paths(const experiment& e) {
    return e.figure && e.figure->kind != picture_kind::lines && e.figure->kind != picture_kind::map;
}

bool draws_path_of(const experiment& e, const task& t) {
    return draws_paths(e) && e.shows(e.all[t.series]) &&
           (t.repeat == 0 || e.figure->kind == picture_kind::portrait);
}

run_record run_one(const experiment& e, const task& t, const conditions& under,
                   const std::vector<std::string>& quantities) {
    const series& one = e.all[t.series];
    const settings s = under.seeded(e.at(one, t.point));
    const bool paths = draws_path_of(e, t);
    const bool record = paths || std::any_of(quantities.begin(), quantities.end(), needs_path);
    method_result result = under.run(find_method(one.method), s, t.repeat, record);
    run_record done;
    done.outcome =
        result.available ? std::string(theory::to_string(result.answer.ended)) : "not_available";
    done.failed = !result.available || theory::is_failure(result.answer.ended);
    const model about = build_model(s);
    if (!done.failed && is_network(find_method(one.method)) &&
        step_times_curvature(about, s, result.weights_final) > most_stable_step) {
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

// A journal's row has the values in the order of the quantities.
journal_row to_row(const run_record& record, const std::vector<std::string>& quantities) {
    journal_row row{{}, record.outcome, record.failed};
    for (const std::string& quantity : quantities) {
        row.times.push_back(record.values.at(quantity));
    }
    return row;
}

run_record from_row(const journal_row& row, const std::vector<std::string>& quantities) {
    run_record record{{}, row.outcome, row.failed};
    for (std::size_t q = 0; q < quantities.size(); ++q) {
        record.values[quantities[q]] = row.times.at(q);
    }
    return record;
}

// From the journal, or run now and put there.
run_record run_or_find(const experiment& e, const task& t, std::size_t number,
                       const measure_options& options, const std::vector<std::string>& quantities) {
    const bool keeps = options.kept != nullptr && !draws_path_of(e, t);
    if (const journal_row* known = keeps ? options.kept->find(number) : nullptr) {
        return from_row(*known, quantities);
    }
    run_record record = run_one(e, t, options.under, quantities);
    if (keeps) {
        options.kept->add(number, to_row(record, quantities));
    }
    return record;
}

std::vector<task> plan(const experiment& e, measurements& result) {
    std::vector<task> tasks;
    result.runs.resize(e.points.size());
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        result.runs[p].resize(e.all.size());
        for (std::size_t s = 0; s < e.all.size(); ++s) {
            const bool random = is_random(find_method(e.all[s].method), e.at(e.all[s], p));
            const int repeats = random ? e.all[s].repeats : 1;
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
    measurements ignored;
    return plan(e, ignored).size();
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
        run_record record = run_or_find(e, t, options.first_run + i, options, quantities);
        const std::lock_guard lock(mutex);
        work.failed += record.failed ? 1 : 0;
        ++work.done;
        result.runs[t.point][t.series][static_cast<std::size_t>(t.repeat)] = std::move(record);
        if (progress) {
            progress(work);
        }
    });
    return result;
}

}  // namespace fusionflow::validation
