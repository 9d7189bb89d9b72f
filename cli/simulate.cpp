#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/run.hpp"
#include "data/error.hpp"

namespace fusionflow::cli {

namespace {

json simulation_json(const arguments& given, const validation::model& about,
                     const solver::simulate_options& options, const solver::simulation& trained) {
    json result = to_json(about.moments, trained.run, given.provenance);
    for (std::size_t m = 0; m < trained.epochs.size(); ++m) {
        result["modalities"][m]["epoch"] = number(trained.epochs[m]);
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
    const solver::simulation trained =
        solver::simulate(about.moments, about.architecture, about.init, options);
    if (given.json) {
        print(simulation_json(given, about, options, trained));
    } else {
        fmt::print("{}{}", to_text(about.moments, trained.run, trained.epochs),
                   compression_text(options.form, trained));
    }
    return finish_run(given, about.moments, trained.run,
                      std::string(solver::to_string(options.form)));
}

}  // namespace

const command simulate_command = {
    "simulate",
    "Trains a linear network from drawn weights.",
    "",
    settings_in({"data", "network", "start", "drawing", "training", "compression", "solver"}),
    {{"representation", "NAME", "full, compressed or sampled: any width (full)"},
     {"trajectory", "F.csv", "write t, loss, |W_m|, u_m and W to a file", true},
     {"plot", "F.svg", "draw loss and |W_m| over time, with the flow (needs gnuplot)", true}},
    "fusionflow simulate --depth 3 --fusion 2 --rho 0.5 --init 0.1 --width 20 --learning-rate 0.02",
    run};

}  // namespace fusionflow::cli
