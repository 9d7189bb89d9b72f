#pragma once

#include "fusionflow/cli/arguments.hpp"
#include "fusionflow/cli/attempts.hpp"
#include "fusionflow/cli/progress.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/report/run_report.hpp"
#include "fusionflow/validation/study/table.hpp"

// What commands have in common around what they compute.
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

/// Writes --trajectory, also where the run failed, and --plot only where it did not; prints the
/// answer; says on stderr how the run failed, or beside a text answer what its warnings are; then
/// throws what the attempts failed with.
///
/// \param all      What was attempted before.
/// \param changes  Of the times, which are printed with them; null: there are none.
[[nodiscard]] exit_code finish_run(const arguments& given, const validation::run_question& asked,
                                   const solver::answer& run, attempts& all,
                                   const solver::flow_sensitivity_table* changes = nullptr);

/// Names on stderr how many rows of a table ended in trouble, and the first of them.
///
/// \return  numerical_failure if there are any.
[[nodiscard]] exit_code report_trouble(const validation::table& t);

}  // namespace fusionflow::cli
