#pragma once

#include <string>

#include "fusionflow/cli/arguments.hpp"
#include "fusionflow/cli/attempts.hpp"
#include "fusionflow/cli/progress.hpp"
#include "fusionflow/solver/method.hpp"

// What integrate and simulate have in common around the run itself.
namespace fusionflow::cli {

/// Threads: --jobs, or all processors.
///
/// \throws data::input_error naming jobs.
[[nodiscard]] int read_jobs(const arguments& given);

/// Refuses a --plot file that could not be drawn.
void check_plot(const arguments& given);

/// Options of the run: those of the command line, a path if a file wants it, progress on `line`.
///
/// \param line        Outlives the run.
/// \param modalities  M.
[[nodiscard]] solver::run_options run_options(const arguments& given, progress_line& line,
                                              int modalities);

/// Writes --trajectory, also where the run failed; --plot only where it did not.
///
/// \param how  The method that ran.
/// \param all  What is attempted.
void write_run_files(const arguments& given, const solver::answer& run,
                     const data::moments& moments, const solver::method& how, attempts& all);

/// Says on stderr how the run failed, or beside a text answer what its warnings are; then throws
/// what the attempts failed with.
[[nodiscard]] exit_code finish_run(const arguments& given, const data::moments& moments,
                                   const solver::answer& run, const attempts& all);

}  // namespace fusionflow::cli
