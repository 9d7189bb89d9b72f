#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/ensemble_answer.hpp"
#include "cli/run.hpp"
#include "data/error.hpp"
#include "validation/ensemble.hpp"
#include "validation/methods.hpp"
#include "validation/numbers.hpp"

namespace fusionflow::cli {

namespace {

// What was trained, and how: of one run or many.
void add_training(const arguments& given, const validation::model& about,
                  const solver::simulate_options& options, json& result) {
    result["scheme"] = theory::to_string(about.init.drawn);
    result["method"] = solver::to_string(options.method);
    result["seed"] = options.seed;
    if (about.samples) {
        result["samples"] = given.settings.samples.count;
        result["activation"] = solver::to_string(options.samples.units);
        result["loss"] = solver::to_string(options.samples.loss);
    }
}

void add_asymmetry(const solver::simulation& trained, json& result) {
    for (std::size_t m = 0; m < trained.asymmetry.size(); ++m) {
        result["modalities"][m]["asymmetry"] = number(trained.asymmetry[m]);
    }
}

std::string samples_text(const validation::model& about, const solver::simulation& trained) {
    std::string text = "asymmetry of the samples:";
    for (std::size_t m = 0; m < trained.asymmetry.size(); ++m) {
        const double value = trained.asymmetry[m];
        text += fmt::format("{} {} {}", m == 0 ? "" : ",", about.moments.names()[m],
                            std::isnan(value) ? "-" : fmt::format("{:.2g}", value));
    }
    return text + '\n';
}

json simulation_json(const arguments& given, const validation::model& about,
                     const solver::simulate_options& options, const solver::simulation& trained) {
    json result = to_json(about.moments, trained.run, given.provenance);
    for (std::size_t m = 0; m < trained.epochs.size(); ++m) {
        result["modalities"][m]["epoch"] = number(trained.epochs[m]);
    }
    if (options.method == solver::training::gradient_descent) {
        result["ended_at_epoch"] = trained.run.answer.work.steps;
    }
    result["representation"] = solver::to_string(options.form);
    result["widths"] = trained.widths;
    if (options.form != solver::representation::full) {
        result["drawn_widths"] = trained.drawn_widths;
        result["rounds"] = trained.rounds;
        result["truncation_error"] = number(trained.truncation_error);
    }
    add_asymmetry(trained, result);
    add_training(given, about, options, result);
    return result;
}

std::string compression_text(solver::representation form, const solver::simulation& trained) {
    if (form == solver::representation::full) {
        return "";
    }
    return fmt::format("{} in {} rounds: hidden widths {} for {}, |W_m(t)| to about {:.1e}\n",
                       solver::to_string(form), trained.rounds, fmt::join(trained.widths, ", "),
                       fmt::join(trained.drawn_widths, ", "), trained.truncation_error);
}

solver::representation read_representation(const arguments& given) {
    const auto form = given.has("representation")
                          ? solver::parse_representation(given.get("representation"))
                          : solver::representation::full;
    for (const std::string_view name : {"rounds", "accuracy"}) {
        if (form == solver::representation::full && given.settings.has(name)) {
            throw data::input_error(std::string(name),
                                    "needs --representation compressed or sampled");
        }
    }
    return form;
}

validation::ensemble_options read_repeats(const arguments& given) {
    validation::ensemble_options options;
    if (given.has("repeats")) {
        options.repeats = validation::parse_int("repeats", given.get("repeats"));
    } else if (given.has("jobs")) {
        throw data::input_error("jobs", "needs --repeats");
    }
    options.jobs = read_jobs(given);
    options.validate();
    for (const std::string_view name : {"trajectory", "plot"}) {
        if (options.repeats > 1 && given.has(name)) {
            throw data::input_error(std::string(name), "is of one run: cannot be combined with "
                                                       "--repeats above 1");
        }
    }
    return options;
}

exit_code report_failures(const validation::ensemble& e) {
    if (e.failed == 0) {
        return exit_code::done;
    }
    const auto first =
        std::find_if(e.runs.begin(), e.runs.end(),
                     [](const validation::ensemble_run& r) { return theory::is_failure(r.ended); });
    fmt::print(stderr,
               "fusionflow: {} of {} runs ended in trouble, the first (seed {}) by {}: {}\n",
               e.failed, e.runs.size(), first->seed, theory::to_string(first->ended),
               theory::advice(first->ended));
    return exit_code::numerical_failure;
}

exit_code run_repeats(const arguments& given, const validation::model& about,
                      const solver::simulate_options& options,
                      const validation::ensemble_options& repeats) {
    validation::ensemble result;
    {
        progress_line progress(given.quiet);
        result = validation::run_ensemble(
            about, options, repeats, [&](std::size_t done, std::size_t all) {
                if (progress.due()) {
                    progress.show(fmt::format("{} of {} runs", done, all));
                }
            });
    }
    if (given.json) {
        json answer = to_json(about.moments, result);
        answer["representation"] = solver::to_string(options.form);
        add_training(given, about, options, answer);
        answer["provenance"] = given.provenance;
        print(answer);
    } else {
        fmt::print("{}", to_text(about.moments, result));
        print_warnings(given, warnings_of(about.moments, result));
    }
    return report_failures(result);
}

exit_code run(const arguments& given) {
    solver::simulate_options options = given.settings.simulate;
    options.form = read_representation(given);
    const validation::ensemble_options repeats = read_repeats(given);
    check_run_files(given);
    const validation::model about = validation::build_model(given.settings);
    if (repeats.repeats > 1) {
        return run_repeats(given, about, options, repeats);
    }
    progress_line progress(given.quiet);
    options.flow = run_options(given, progress, about.moments.count());
    const solver::simulation trained = validation::train(about, options);
    if (given.json) {
        print(simulation_json(given, about, options, trained));
    } else {
        fmt::print("{}{}{}", to_text(about.moments, trained.run, trained.epochs),
                   compression_text(options.form, trained),
                   trained.asymmetry.empty() ? "" : samples_text(about, trained));
    }
    return finish_run(given, about.moments, trained.run,
                      std::string(solver::to_string(options.form)));
}

}  // namespace

const command simulate_command = {
    "simulate",
    "Trains a network from drawn weights: linear from moments, or any on samples.",
    "",
    settings_in(
        {"data", "network", "start", "drawing", "training", "samples", "compression", "solver"}),
    {{"representation", "NAME", "full, compressed or sampled: any width (full)"},
     {"repeats", "R", "train R networks of different seeds; how their times are spread (1)"},
     {"jobs", "N", "threads for the repeats (all processors)", true},
     {"trajectory", "F.csv", "write t, loss, |W_m|, u_m and W to a file", true},
     {"plot", "F.svg", "draw loss and |W_m| over time, with the flow (needs gnuplot)", true}},
    "fusionflow simulate --depth 3 --fusion 2 --rho 0.5 --init 0.1 --width 20 "
    "--learning-rate 0.02\n"
    "  fusionflow simulate --samples 400 --symmetric --activation relu --init 1e-4 "
    "--scheme gaussian-iid\n"
    "  fusionflow simulate --scheme gaussian --width 1e4 --representation sampled --repeats 20",
    run};

}  // namespace fusionflow::cli
