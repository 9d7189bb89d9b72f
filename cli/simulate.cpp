#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/run.hpp"
#include "data/error.hpp"
#include "validation/methods.hpp"

namespace fusionflow::cli {

namespace {

void add_samples(const arguments& given, const solver::simulation& trained, json& result) {
    const solver::sample_options& training = given.settings.simulate.samples;
    for (std::size_t m = 0; m < trained.asymmetry.size(); ++m) {
        result["modalities"][m]["asymmetry"] = number(trained.asymmetry[m]);
    }
    result["samples"] = given.settings.samples.count;
    result["activation"] = solver::to_string(training.units);
    result["loss"] = solver::to_string(training.loss);
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
    result["scheme"] = theory::to_string(about.init.drawn);
    result["method"] = solver::to_string(options.method);
    result["seed"] = options.seed;
    if (about.samples) {
        add_samples(given, trained, result);
    }
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

exit_code run(const arguments& given) {
    solver::simulate_options options = given.settings.simulate;
    options.form = read_representation(given);
    check_run_files(given);
    const validation::model about = validation::build_model(given.settings);
    progress_line progress(given.quiet);
    options.flow = run_options(given, progress, about.moments.count());
    const solver::simulation trained = validation::train(about, options);
    if (given.json) {
        print(simulation_json(given, about, options, trained));
    } else {
        fmt::print("{}{}{}", to_text(about.moments, trained.run, trained.epochs),
                   compression_text(options.form, trained),
                   about.samples ? samples_text(about, trained) : "");
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
     {"trajectory", "FILE", "write t, loss, |W_m|, u_m and W to a .csv or .npz file", true},
     {"plot", "F.svg", "draw loss and |W_m| over time, with the flow (needs gnuplot)", true}},
    "fusionflow simulate --depth 3 --fusion 2 --rho 0.5 --init 0.1 --width 20 "
    "--learning-rate 0.02\n"
    "  fusionflow simulate --samples 400 --symmetric --activation relu --init 1e-4 "
    "--scheme gaussian-iid",
    run};

}  // namespace fusionflow::cli
