#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "fusionflow/cli/answer.hpp"
#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/ensemble_answer.hpp"
#include "fusionflow/cli/run.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/readers/npz.hpp"
#include "fusionflow/solver/networks/weights_file.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/methods.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/study/ensemble.hpp"

namespace fusionflow::cli {

namespace {

// What was trained, and how: of one run or many.
void add_training(const arguments& given, const validation::model& about,
                  const solver::simulate_options& options, json& result) {
    result["method"] = solver::to_string(options.method);
    if (given.has("weights")) {
        result["weights"] = given.get("weights");
    } else {
        result["scheme"] = theory::to_string(about.init.drawn);
    }
    if (!given.has("weights") || options.samples.batch > 0) {
        result["seed"] = options.seed;
    }
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
    const double error = trained.truncation_error;
    return fmt::format(
        "{} in {} rounds: hidden widths {} for {}, {}\n", solver::to_string(form), trained.rounds,
        fmt::join(trained.widths, ", "), fmt::join(trained.drawn_widths, ", "),
        std::isnan(error) ? "error not estimated" : fmt::format("|W_m(t)| to about {:.1e}", error));
}

solver::representation read_representation(const arguments& given) {
    const auto form = given.has("representation")
                          ? solver::parse_representation(given.get("representation"))
                          : solver::representation::full;
    for (const std::string_view name : {"rounds", "accuracy", "no-estimate"}) {
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
    for (const std::string_view name :
         {"trajectory", "plot", "weights", "save-initial", "save-weights"}) {
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
    say_error(fmt::format("{} of {} runs ended in trouble, the first (seed {}) by {}: {}", e.failed,
                          e.runs.size(), first->seed, theory::to_string(first->ended),
                          theory::advice(first->ended)));
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
        print_text(to_text(about.moments, result));
        print_warnings(given, warnings_of(about.moments, result));
    }
    return report_failures(result);
}

// Given weights leave nothing to draw, and nothing that --plot could draw beside them.
void check_given_weights(const arguments& given, solver::representation form) {
    const validation::settings& s = given.settings;
    for (const std::string_view name : {"init", "scheme", "width", "widths", "seed"}) {
        const bool shuffles = name == "seed" && s.has("batch");
        if (s.has(name) && !shuffles) {
            throw data::input_error(std::string(name), "cannot be combined with --weights");
        }
    }
    if (given.has("plot")) {
        throw data::input_error("plot", "cannot be combined with --weights");
    }
    if (form == solver::representation::sampled) {
        throw data::input_error("representation", "need full or compressed with --weights");
    }
}

void check_saved_names(const arguments& given, const validation::model& about) {
    if (given.has("save-initial") || given.has("save-weights")) {
        solver::require_array_names(about.moments.names(), about.architecture);
    }
}

// The network of --weights; what it is like becomes the initialisation of the model.
std::optional<solver::weighted_network> read_weights(const arguments& given,
                                                     validation::model& about) {
    if (!given.has("weights")) {
        return std::nullopt;
    }
    const std::string file = given.get("weights");
    solver::weighted_network network = solver::weights_from_arrays(
        data::read_npz(file), about.moments.names(),
        about.samples ? about.samples->dims() : about.moments.dims(), about.architecture,
        given.settings.simulate.samples.bias, file, about.moments.outputs());
    about.init = solver::like_weights(network);
    return network;
}

void save_weights(const arguments& given, const validation::model& about,
                  const solver::simulation& trained, const std::string& option,
                  const solver::state& weights) {
    if (!given.has(option)) {
        return;
    }
    if (!std::all_of(weights.begin(), weights.end(), [](double w) { return std::isfinite(w); })) {
        say_error(fmt::format("--{}: not written: weights are not finite", option));
        return;
    }
    const auto arrays = solver::weights_to_arrays(about.moments.names(), trained.shape, weights);
    validation::write_file(option, given.get(option),
                           data::format_npz(arrays, {{"provenance", given.provenance}}));
}

void print_answer(const arguments& given, const validation::model& about,
                  const solver::simulate_options& options, const solver::simulation& trained) {
    if (given.json) {
        print(simulation_json(given, about, options, trained));
    } else {
        print_text(to_text(about.moments, trained.run, trained.epochs) +
                   compression_text(options.form, trained) +
                   (trained.asymmetry.empty() ? "" : samples_text(about, trained)));
    }
}

exit_code run_simulate(const arguments& given) {
    solver::simulate_options options = given.settings.simulate;
    options.form = read_representation(given);
    const validation::ensemble_options repeats = read_repeats(given);
    if (given.has("weights")) {
        check_given_weights(given, options.form);
    }
    check_plot(given);
    validation::model about = validation::build_model(given.settings);
    if (repeats.repeats > 1) {
        return run_repeats(given, about, options, repeats);
    }
    check_saved_names(given, about);
    auto start = read_weights(given, about);
    progress_line progress(given.quiet);
    options.flow = run_options(given, progress, about.moments.count());
    const solver::simulation trained =
        start ? validation::train_from(about, options, std::move(*start))
              : validation::train(about, options);
    attempts all;
    all.add([&] { save_weights(given, about, trained, "save-initial", trained.weights_initial); });
    all.add([&] { save_weights(given, about, trained, "save-weights", trained.weights_final); });
    write_run_files(given, trained.run, about.moments, std::string(solver::to_string(options.form)),
                    all);
    all.add([&] { print_answer(given, about, options, trained); });
    return finish_run(given, about.moments, trained.run, all);
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
     {"weights", "F.npz", "start from these weights, none are drawn", false, false, file_use::read},
     {"save-initial", "F.npz", "write the weights at the start", true, false, file_use::written},
     {"save-weights", "F.npz", "write the weights at the end", true, false, file_use::written},
     {"trajectory", "FILE", "write t, loss, |W_m|, u_m and W to a .csv or .npz file", true, false,
      file_use::written},
     {"plot", "F.svg", "draw loss and |W_m| over time, with the flow (needs gnuplot)", true, false,
      file_use::written}},
    "fusionflow simulate --depth 3 --fusion 2 --rho 0.5 --init 0.1 --width 20 "
    "--learning-rate 0.02\n"
    "  fusionflow simulate --samples 400 --symmetric --activation relu --init 1e-4 "
    "--scheme gaussian-iid\n"
    "  fusionflow simulate --scheme gaussian --width 1e4 --representation sampled --repeats 20",
    run_simulate};

}  // namespace fusionflow::cli
