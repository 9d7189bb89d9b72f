#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/solver/trajectory.hpp"
#include "fusionflow/validation/experiments/conditions.hpp"
#include "fusionflow/validation/experiments/experiment.hpp"
#include "fusionflow/validation/study/journal.hpp"
#include "fusionflow/validation/study/spread.hpp"
#include "fusionflow/validation/study/work_done.hpp"

namespace fusionflow::validation {

/// How measurements are run.
struct measure_options {
    int jobs = 1;  ///< threads, 1 ... 1024
    conditions under{};
    journal* kept = nullptr;    ///< keeps finished runs, and has those of an earlier start
    std::size_t first_run = 0;  ///< number of the first run in the journal
};

/// Outcome of a run by gradient descent that did not diverge, but whose step size is too large for
/// the curvature where training ended: step_times_curvature() > most_stable_step.
inline constexpr std::string_view unstable_step = "unstable_step";

/// One run: a series at a point, for one draw.
struct run_record {
    std::map<std::string, double> values;  ///< by quantity; infinite: never; NaN: unknown
    std::string outcome;        ///< theory::to_string, "not_available" or "unstable_step"
    bool failed = false;        ///< the outcome is trouble
    solver::trajectory path{};  ///< kept where the figure draws it, else empty
};

/// The runs of a series at a point, draw by draw.
using run_records = std::vector<run_record>;

/// Everything that was measured for an experiment.
struct measurements {
    std::vector<std::string> modalities;
    std::vector<std::vector<run_records>> runs;  ///< [point][series]

    /// Values of a quantity, draw by draw.
    [[nodiscard]] std::vector<double> values(std::size_t point, std::size_t series,
                                             const std::string& quantity) const;
    /// Mean of these values; not finite where one of them is not.
    [[nodiscard]] mean_value mean(std::size_t point, std::size_t series,
                                  const std::string& quantity) const;
    /// Runs whose outcome is trouble.
    [[nodiscard]] int failed() const;
    [[nodiscard]] int count() const;
};

/// Runs every series at every point. The results do not depend on the number of threads. A run in
/// the journal is not repeated, unless it lacks the path that the figure draws.
///
/// \throws data::input_error as build_model.
/// \see tests/validation/experiment_test.cpp
[[nodiscard]] measurements measure(const experiment& e, const measure_options& options,
                                   const progress_report& progress = {});

/// How many runs measure() makes.
[[nodiscard]] std::size_t planned_runs(const experiment& e);

/// Quantities that the statements and the figure of an experiment ask for.
[[nodiscard]] std::vector<std::string> wanted_quantities(const experiment& e);

}  // namespace fusionflow::validation
