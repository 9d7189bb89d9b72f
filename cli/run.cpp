#include "fusionflow/cli/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "fusionflow/cli/answer.hpp"
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

void write_run_files(const arguments& given, const solver::answer& run,
                     const data::moments& moments, const solver::method& how, attempts& all) {
    if (given.has("trajectory")) {
        all.add([&] {
            const std::string file = given.get("trajectory");
            validation::write_file("trajectory", file,
                                   file.ends_with(".npz")
                                       ? solver::to_npz(run.path, moments, given.provenance)
                                       : solver::to_csv(run.path, {given.provenance}));
        });
    }
    if (given.has("plot") && !theory::is_failure(run.ended)) {
        all.add([&] {
            validation::draw(
                validation::one_run_figure(given.settings, how, run.path, given.provenance),
                given.get("plot"));
        });
    }
}

exit_code finish_run(const arguments& given, const data::moments& moments,
                     const solver::answer& run, const attempts& all) {
    const bool failed = theory::is_failure(run.ended);
    if (failed) {
        say_error(fmt::format("{} at step {}, t = {:.6g}: {}", theory::to_string(run.ended),
                              run.work.steps, run.time_final, theory::advice(run.ended)));
    } else if (!given.json) {
        print_warnings(given, warnings_of(moments, run));
    }
    all.finish();
    return failed ? exit_code::numerical_failure : exit_code::done;
}

}  // namespace fusionflow::cli
