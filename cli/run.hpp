#pragma once

#include "fusionflow/cli/arguments.hpp"
#include "fusionflow/cli/attempts.hpp"
#include "fusionflow/cli/progress.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/report/run_report.hpp"
#include "fusionflow/validation/study/table.hpp"

// What commands share before and after they compute.
namespace fusionflow::cli {

/// Number of threads: --jobs, or all processors.
///
/// \throws data::input_error naming jobs.
[[nodiscard]] int read_jobs(const arguments& given);

/// Refuses a --plot file that could not be drawn.
void check_plot(const arguments& given);

/// Options of a run: the command line's, with a path if a file wants it and progress on `line`.
///
/// \param line        Must outlive the run.
/// \param modalities  M.
[[nodiscard]] solver::run_options run_options(const arguments& given, progress_line& line,
                                              int modalities);

/// Writes --trajectory, and --plot unless the run failed. Prints the answer. Says on stderr how the
/// run failed or, beside a text answer, what its warnings are. Then throws what the first failed
/// attempt threw.
///
/// \param all      Attempts made before; those made here are added.
/// \param changes  Sensitivities of the times, printed with them; null: none.
[[nodiscard]] exit_code finish_run(const arguments& given, const validation::run_question& asked,
                                   const solver::answer& run, attempts& all,
                                   const solver::flow_sensitivity_table* changes = nullptr);

/// Says on stderr how many rows of a table ended in trouble, and which of them was the first.
///
/// \return  numerical_failure if there are any.
[[nodiscard]] exit_code report_trouble(const validation::table& t);

}  // namespace fusionflow::cli
