#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/run.hpp"
#include "fusionflow/cli/sample_tables.hpp"
#include "fusionflow/cli/streams.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/readers/npz.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/networks/weights_file.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/report/ensemble_report.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/study/ensemble.hpp"
#include "fusionflow/validation/study/sample_scores.hpp"

namespace fusionflow::cli {

namespace {

// The method of --representation: the full network, or one that stands for it.
const solver::method& read_representation(const arguments& given) {
    const std::string name = given.has("representation") ? given.get("representation") : "full";
    if (name != "full" && name != "compressed" && name != "sampled") {
        throw data::input_error("representation",
                                fmt::format("need full, compressed or sampled, got '{}'", name));
    }
    const solver::method& how = solver::find_method(name);
    if (!how.compresses) {
        given.refuse({"rounds", "accuracy", "no-estimate"},
                     "needs --representation compressed or sampled");
    }
    return how;
}

validation::ensemble_options read_repeats(const arguments& given) {
    validation::ensemble_options options;
    if (given.has("repeats")) {
        options.repeats = validation::parse_int("repeats", given.get("repeats"));
    } else {
        given.refuse({"jobs"}, "needs --repeats");
    }
    options.jobs = read_jobs(given);
    options.validate();
    if (options.repeats > 1) {
        given.refuse({"trajectory", "plot", "weights", "save-initial", "save-weights"},
                     "is of one run: cannot be combined with --repeats above 1");
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

exit_code run_repeats(const arguments& given, const solver::model& about, const solver::method& how,
                      const validation::ensemble_options& repeats) {
    validation::ensemble result;
    {
        progress_line progress(given.quiet);
        result = validation::run_ensemble(
            how, about, given.settings.run, repeats, [&](std::size_t done, std::size_t all) {
                if (progress.due()) {
                    progress.show(fmt::format("{} of {} runs", done, all));
                }
            });
    }
    if (given.json) {
        print_json(json_text({about, how, "", given.provenance}, result));
    } else {
        print_text(to_text(about.moments, result));
        print_warnings(given, warnings_of(about.moments, result));
    }
    return report_failures(result);
}

// With given weights nothing is drawn at random, and --plot has no flow to show beside them.
void check_given_weights(const arguments& given, const solver::method& how) {
    const std::string rule = "cannot be combined with --weights";
    given.refuse({"init", "scheme", "gain", "layer-norms", "width", "widths"}, rule);
    if (!given.settings.has("batch")) {
        given.refuse({"seed"}, rule);
    }
    given.refuse({"plot"}, rule);
    if (!how.takes_start) {
        throw data::input_error("representation", "need full or compressed with --weights");
    }
}

// Reads the network of --weights; what it is like becomes the initialisation of the model.
std::shared_ptr<const solver::weighted_network> read_weights(const arguments& given,
                                                             solver::model& about) {
    if (!given.has("weights")) {
        return nullptr;
    }
    const std::string file = given.get("weights");
    solver::weighted_network network = solver::weights_from_arrays(
        data::read_npz(file), about.moments.names(),
        about.samples ? about.samples->dims() : about.moments.dims(), about.architecture,
        about.has_biases(), file, about.moments.outputs());
    const theory::bias_start biases = about.init.bias();
    about.init = solver::like_weights(network);
    about.init.biases = biases;
    return std::make_shared<const solver::weighted_network>(std::move(network));
}

void save_weights(const arguments& given, const solver::model& about,
                  const solver::trained_network& network, const std::string& option,
                  const solver::state& weights) {
    if (!given.has(option)) {
        return;
    }
    if (!std::all_of(weights.begin(), weights.end(), [](double w) { return std::isfinite(w); })) {
        say_error(fmt::format("--{}: not written: weights are not finite", option));
        return;
    }
    const auto arrays = solver::weights_to_arrays(about.moments.names(), network.shape, weights);
    validation::write_file(option, given.get(option),
                           data::format_npz(arrays, {{"provenance", given.provenance}}));
}

// The options of tables, without those that made-up data have as well.
std::vector<option> simulate_options() {
    std::vector<option> all = {
        {"representation", "NAME", "full, compressed or sampled: any width (full)"},
        {"repeats", "R", "train R networks of different seeds; how their times are spread (1)"},
        {"jobs", "N", "threads for the repeats (all processors)", true},
        {"weights", "F.npz", "start from these weights, none are drawn", false, false,
         file_use::read},
        {"save-initial", "F.npz", "write the weights at the start", true, false, file_use::written},
        {"save-weights", "F.npz", "write the weights at the end", true, false, file_use::written},
        {"trajectory", "FILE", "write t, loss, |W_m|, u_m and W to a .csv or .npz file", true,
         false, file_use::written},
        {"plot", "F.svg", "draw loss and |W_m| over time, with the flow (needs gnuplot)", true,
         false, file_use::written},
        {"blank", "NAME",
         "what a modality that is not shown is for unimodal scores: its mean, or zero (mean)"}};
    for (const option& o : sample_options()) {
        if (validation::find_setting(o.name) == nullptr && o.name != "prepared-as") {
            all.push_back(o);
        }
    }
    return all;
}

// Tables of samples to train on, where there are any.
std::optional<samples_read> read_data(const arguments& given) {
    if (given.positional.empty()) {
        for (const option& o : sample_options()) {
            if (given.has(o.name) || !given.all(o.name).empty()) {
                throw data::input_error(std::string(o.name), "needs tables of samples, DATA");
            }
        }
        given.refuse({"blank"}, "needs tables of samples, DATA");
        return std::nullopt;
    }
    if (!reads_tables(given)) {
        throw data::input_error("modality",
                                "need at least one, NAME=columns, to train on tables; moments are "
                                "given by --moments");
    }
    for (const validation::setting_info& s : validation::setting_table()) {
        const bool makes_data = s.group == "data" && s.name != "data-seed";
        if (makes_data || s.name == "samples" || s.name == "variance" || s.name == "symmetric") {
            given.refuse({s.name}, "cannot be combined with tables of samples, DATA");
        }
    }
    given.refuse({"plot"}, "is of data that a flow knows: cannot be combined with DATA");
    const bool classes = given.settings.training.samples.loss->squared == nullptr;
    return read_samples(given, classes ? keep_rows::classes_as_read : keep_rows::as_prepared);
}

exit_code run_simulate(const arguments& given) {
    const solver::method& how = read_representation(given);
    const validation::ensemble_options repeats = read_repeats(given);
    if (given.has("weights")) {
        check_given_weights(given, how);
    }
    check_plot(given);
    const solver::blank_inputs blank =
        solver::parse_blank_inputs(given.has("blank") ? given.get("blank") : "mean");
    const std::optional<samples_read> samples = read_data(given);
    validation::settings chosen = given.settings;
    if (samples) {
        chosen.samples.read = samples->training_rows;
        print_warnings(given, samples->warnings);
    }
    solver::model about = validation::build_model(chosen);
    data::need(!samples || about.comes_to_rest() || about.training.epochs ||
                   given.settings.has("max-epochs"),
               "epochs", "needed: networks of these units and this loss do not come to rest");
    if (repeats.repeats > 1) {
        return run_repeats(given, about, how, repeats);
    }
    if (given.has("save-initial") || given.has("save-weights")) {
        solver::require_array_names(about.moments.names(), about.architecture);
    }
    auto start = read_weights(given, about);
    progress_line progress(given.quiet);
    solver::run_options options = run_options(given, progress, about.moments.count());
    options.start = std::move(start);
    const solver::answer trained = solver::run(how, about, options);
    const solver::trained_network& network = *trained.network;
    std::optional<validation::trained_scores> scores;
    if (samples && !theory::is_failure(trained.ended)) {
        scores = validation::score_network(about, network, samples->other_rows.get(), blank);
    }
    attempts all;
    all.add([&] { save_weights(given, about, network, "save-initial", network.at_start); });
    all.add([&] { save_weights(given, about, network, "save-weights", network.at_end); });
    return finish_run(
        given, {about, how, given.get("weights"), given.provenance, scores ? &*scores : nullptr},
        trained, all);
}

}  // namespace

const command simulate_command = {
    "simulate",
    "Trains a network from drawn weights: linear from moments, or any on samples.\n"
    "DATA are tables of samples to train on, read as moments reads them.",
    "[DATA...]",
    settings_in(
        {"data", "network", "start", "drawing", "training", "samples", "compression", "solver"}),
    simulate_options(),
    "fusionflow simulate --depth 3 --fusion 2 --rho 0.5 --init 0.1 --width 20 "
    "--learning-rate 0.02\n"
    "  fusionflow simulate --samples 400 --symmetric --activation relu --init 1e-4 "
    "--scheme gaussian-iid\n"
    "  fusionflow simulate --scheme gaussian --width 1e4 --representation sampled --repeats 20",
    run_simulate,
    false,
    file_use::read};

}  // namespace fusionflow::cli
