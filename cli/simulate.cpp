#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/run.hpp"
#include "data/error.hpp"

namespace fusionflow::cli {

namespace {

json simulation_json(const arguments& given, const validation::model& about,
                     const solver::simulation& trained) {
    json result = to_json(about.moments, trained.run, given.provenance);
    for (std::size_t m = 0; m < trained.epochs.size(); ++m) {
        result["modalities"][m]["epoch"] = number(trained.epochs[m]);
    }
    if (given.settings.simulate.method == solver::training::gradient_descent) {
        result["ended_at_epoch"] = trained.run.answer.work.steps;
    }
    result["widths"] = trained.widths;
    result["scheme"] = theory::to_string(about.init.drawn);
    result["method"] = solver::to_string(given.settings.simulate.method);
    result["seed"] = given.settings.simulate.seed;
    return result;
}

void check_representation(const arguments& given) {
    if (given.has("representation") && given.get("representation") != "full") {
        throw data::input_error("representation",
                                fmt::format("need full, got '{}'", given.get("representation")));
    }
}

exit_code run(const arguments& given) {
    check_representation(given);
    check_run_files(given);
    const validation::model about = validation::build_model(given.settings);
    solver::simulate_options options = given.settings.simulate;
    progress_line progress(given.quiet);
    options.flow = run_options(given, progress, about.moments.count());
    const solver::simulation trained =
        solver::simulate(about.moments, about.architecture, about.init, options);
    if (given.json) {
        print(simulation_json(given, about, trained));
    } else {
        fmt::print("{}", to_text(about.moments, trained.run, trained.epochs));
    }
    return finish_run(given, about.moments, trained.run, "full");
}

}  // namespace

const command simulate_command = {
    "simulate",
    "Trains a full linear network from drawn weights.",
    "",
    settings_in({"data", "network", "start", "drawing", "training", "solver"}),
    {{"representation", "NAME", "full: the network's own weights (full)"},
     {"trajectory", "F.csv", "write t, loss, |W_m|, u_m and W to a file", true},
     {"plot", "F.svg", "draw loss and |W_m| over time, with the flow (needs gnuplot)", true}},
    "fusionflow simulate --depth 3 --fusion 2 --rho 0.5 --init 0.1 --width 20 --learning-rate 0.02",
    run};

}  // namespace fusionflow::cli
