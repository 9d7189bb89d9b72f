#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/files/limits.hpp"
#include "fusionflow/validation/study/spread.hpp"

namespace fusionflow::validation {

struct ensemble_options {
    int repeats = 1;  ///< 1 ... most_repeats
    int jobs = 1;     ///< threads, 1 ... 1024

    /// \throws data::input_error naming repeats or jobs.
    void validate() const;
};

/// One network of an ensemble.
struct ensemble_run {
    std::uint64_t seed = 0;      ///< `simulate --seed` trains the same network from it
    std::vector<double> times;   ///< per modality, units of tau; infinite: never; NaN: unknown
    std::vector<double> epochs;  ///< these times as epochs; empty for gradient flow
    double time_ratio = 0;       ///< last / first
    theory::outcome ended = theory::outcome::learned;
    int rounds = 0;               ///< of the compression; 0: the network was not compressed
    double truncation_error = 0;  ///< estimated error of the compression; 0: not compressed
    double share = 0;             ///< answer::share
    std::vector<theory::clock_times> clocks{};           ///< theory::learning::clocks
    const theory::clock* told_by = &theory::norm_clock;  ///< theory::learning::told_by
    Eigen::VectorXd noted{};                             ///< answer::noted
};

/// How the times by one clock are spread over the runs of an ensemble.
struct clock_spreads {
    const theory::clock* by;    ///< not null
    std::vector<spread> times;  ///< per modality
};

/// The runs of networks that differ by their seed alone, and their statistics.
struct ensemble {
    std::vector<ensemble_run> runs;                      ///< in order of repeats
    std::vector<spread> times;                           ///< per modality
    std::vector<spread> epochs;                          ///< per modality; empty for gradient flow
    std::vector<clock_spreads> clocks;                   ///< in the order of theory::clocks()
    const theory::clock* told_by = &theory::norm_clock;  ///< which one `times` are by; not null
    spread time_ratio;                                   ///< over the runs
    std::map<std::string, int> ended;  ///< runs per outcome that occurred, by its name
    int failed = 0;                    ///< runs whose outcome is trouble

    /// Median of the time of modality m, as median_time().
    [[nodiscard]] double median(int m) const;
    /// Median by another clock, as median_time(); NaN where the runs do not have it.
    [[nodiscard]] double median_by(const theory::clock& by, int m) const;
    /// Median of the time at which the last modality is learned, as median_time().
    [[nodiscard]] double median_end() const;
};

/// Gets the number of runs done and of all runs; called by one thread at a time.
using ensemble_progress = std::function<void(std::size_t done, std::size_t all)>;

/// Trains the network of a model from many seeds, on some threads.
///
/// Run r is repeat r of the method, like that row of a table; it does not depend on how many runs
/// or threads there are.
///
/// \param how  The method, which must be a network.
/// \param run    Its progress is not called, and no paths are recorded.
/// \param known  The first runs, where they were trained before: they are not trained again.
/// \throws data::input_error as validate() and solver::run().
/// \see tests/validation/ensemble_test.cpp
[[nodiscard]] ensemble run_ensemble(const solver::method& how, const solver::model& about,
                                    const solver::run_options& run, const ensemble_options& options,
                                    const ensemble_progress& progress = {},
                                    std::vector<ensemble_run> known = {});

/// What an ensemble keeps of a network that was trained from repeat `repeat` of a seed.
[[nodiscard]] ensemble_run run_of_answer(const solver::answer& trained, std::uint64_t seed,
                                         int repeat);

/// The ensemble of some runs, with their statistics.
[[nodiscard]] ensemble summarise(std::vector<ensemble_run> runs);

}  // namespace fusionflow::validation
