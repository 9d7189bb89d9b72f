#include "fusionflow/validation/study/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

#include "fusionflow/data/need.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/validation/study/parallel.hpp"

namespace fusionflow::validation {

namespace {

ensemble_run run_one(const solver::method& how, const solver::model& about,
                     const solver::run_options& run, int repeat) {
    solver::run_options options = run;
    options.repeat = repeat;
    options.record = false;
    options.progress = nullptr;
    return run_of_answer(solver::run(how, about, options), about.training.seed, repeat);
}

// The spread of each column of a list per run; none where the lists are empty.
std::vector<spread> spreads_of(const std::vector<ensemble_run>& runs,
                               std::vector<double> ensemble_run::*list) {
    std::vector<spread> result;
    const std::size_t columns = runs.empty() ? 0 : (runs[0].*list).size();
    for (std::size_t m = 0; m < columns; ++m) {
        std::vector<double> values;
        values.reserve(runs.size());
        for (const ensemble_run& run : runs) {
            values.push_back((run.*list)[m]);
        }
        result.push_back(spread_of(values));
    }
    return result;
}

std::vector<clock_spreads> clocks_of(const std::vector<ensemble_run>& runs) {
    std::vector<clock_spreads> all;
    const std::size_t clocks = runs.empty() ? 0 : runs[0].clocks.size();
    for (std::size_t c = 0; c < clocks; ++c) {
        clock_spreads read{runs[0].clocks[c].by, {}};
        for (std::size_t m = 0; m < runs[0].times.size(); ++m) {
            std::vector<double> values;
            values.reserve(runs.size());
            for (const ensemble_run& run : runs) {
                values.push_back(run.clocks[c].times[m]);
            }
            read.times.push_back(spread_of(values));
        }
        all.push_back(std::move(read));
    }
    return all;
}

}  // namespace

double ensemble::median_by(const theory::clock& by, int m) const {
    std::vector<double> all;
    for (const ensemble_run& run : runs) {
        for (const theory::clock_times& read : run.clocks) {
            if (read.by == &by) {
                all.push_back(read.times[static_cast<std::size_t>(m)]);
            }
        }
    }
    return median_time(std::move(all));
}

double ensemble::median(int m) const {
    std::vector<double> all;
    for (const ensemble_run& run : runs) {
        all.push_back(run.times[static_cast<std::size_t>(m)]);
    }
    return median_time(std::move(all));
}

double ensemble::median_end() const {
    std::vector<double> ends;
    for (const ensemble_run& run : runs) {
        // The end is unknown where one time is: max_element() would pass over a NaN.
        const bool unknown =
            std::any_of(run.times.begin(), run.times.end(), [](double t) { return std::isnan(t); });
        ends.push_back(unknown ? std::numeric_limits<double>::quiet_NaN()
                               : *std::max_element(run.times.begin(), run.times.end()));
    }
    return median_time(std::move(ends));
}

ensemble_run run_of_answer(const solver::answer& trained, std::uint64_t seed, int repeat) {
    return {data::repeat_seed(seed, repeat),
            trained.times,
            trained.epochs(),
            trained.time_ratio(),
            trained.ended,
            trained.network->rounds,
            trained.network->truncation_error,
            trained.share,
            trained.clocks,
            trained.told_by,
            trained.noted};
}

void ensemble_options::validate() const {
    data::need(repeats >= 1 && repeats <= most_repeats, "repeats", "need 1 ... {}, got {}",
               most_repeats, repeats);
    check_jobs(jobs);
}

ensemble summarise(std::vector<ensemble_run> runs) {
    ensemble result;
    result.times = spreads_of(runs, &ensemble_run::times);
    result.epochs = spreads_of(runs, &ensemble_run::epochs);
    result.clocks = clocks_of(runs);
    result.told_by = runs.empty() ? result.told_by : runs[0].told_by;
    std::vector<double> ratios;
    for (const ensemble_run& run : runs) {
        ratios.push_back(run.time_ratio);
        ++result.ended[std::string(theory::to_string(run.ended))];
        result.failed += theory::is_failure(run.ended) ? 1 : 0;
    }
    result.time_ratio = spread_of(ratios);
    result.runs = std::move(runs);
    return result;
}

ensemble run_ensemble(const solver::method& how, const solver::model& about,
                      const solver::run_options& run, const ensemble_options& options,
                      const ensemble_progress& progress, std::vector<ensemble_run> known) {
    options.validate();
    const std::size_t there = std::min(known.size(), static_cast<std::size_t>(options.repeats));
    std::vector<ensemble_run> runs = std::move(known);
    runs.resize(static_cast<std::size_t>(options.repeats));
    std::mutex mutex;
    std::size_t done = there;
    for_each_index(runs.size() - there, options.jobs, [&](std::size_t i) {
        const std::size_t r = there + i;
        runs[r] = run_one(how, about, run, static_cast<int>(r));
        const std::lock_guard lock(mutex);
        ++done;
        if (progress) {
            progress(done, runs.size());
        }
    });
    return summarise(std::move(runs));
}

}  // namespace fusionflow::validation
