#include "fusionflow/cli/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "fusionflow/cli/streams.hpp"
#include "fusionflow/validation/figures/render.hpp"
#include "fusionflow/validation/figures/run_figure.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/study/parallel.hpp"

namespace fusionflow::cli {

int read_jobs(const arguments& given) {
    if (!given.has("jobs")) {
        return given.team != nullptr
                   ? given.team->processors()
                   : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    }
    const int jobs = validation::parse_int("jobs", given.get("jobs"));
    validation::check_jobs(jobs);
    return jobs;
}

void check_plot(const arguments& given) {
    if (given.has("plot")) {
        validation::check_plot_file(given.get("plot"));
    }
}

solver::run_options run_options(const arguments& given, progress_line& line, int modalities) {
    solver::run_options options = given.settings.run;
    options.record = given.has("trajectory") || given.has("plot");
    options.progress = [&line, modalities](long steps, double time, int learned) {
        if (line.due()) {
            line.show(fmt::format("{} steps, t = {:.4g}, {} of {} learned", steps, time, learned,
                                  modalities));
        }
    };
    return options;
}

exit_code finish_run(const arguments& given, const validation::run_question& asked,
                     const solver::answer& run, attempts& all,
                     const solver::flow_sensitivity_table* changes) {
    const data::moments& moments = asked.about.moments;
    const bool failed = theory::is_failure(run.ended);
    if (given.has("trajectory")) {
        all.add([&] {
            const std::string file = given.get("trajectory");
            validation::write_file("trajectory", file,
                                   file.ends_with(".npz")
                                       ? solver::to_npz(run.path, moments, given.provenance)
                                       : solver::to_csv(run.path, {given.provenance}));
        });
    }
    if (given.has("plot") && !failed) {
        all.add([&] {
            validation::draw(
                validation::one_run_figure(given.settings, asked.how, run.path, given.provenance),
                given.get("plot"));
        });
    }
    all.add([&] {
        given.json ? print_json(json_text(asked, run, changes))
                   : print_text(to_text(asked, run, changes));
    });
    if (failed) {
        say_error(fmt::format("{} at step {}, t = {:.6g}: {}", theory::to_string(run.ended),
                              run.work.steps, run.time_final, theory::advice(run.ended)));
    } else if (!given.json) {
        print_warnings(given, validation::warnings_of(moments, run));
    }
    all.finish();
    return failed ? exit_code::numerical_failure : exit_code::done;
}

exit_code report_trouble(const validation::table& t) {
    const auto in_trouble = [](const validation::table_row& row) { return row.failed; };
    const auto failed = std::count_if(t.rows.begin(), t.rows.end(), in_trouble);
    if (failed == 0) {
        return exit_code::done;
    }
    const auto first = std::find_if(t.rows.begin(), t.rows.end(), in_trouble);
    say_error(fmt::format("{} of {} rows ended in trouble, the first by {} ({}{}{})", failed,
                          t.rows.size(), first->outcome, t.methods[first->method],
                          t.points.axes().empty() ? "" : " at ", t.points.describe(first->point)));
    return exit_code::numerical_failure;
}

}  // namespace fusionflow::cli
