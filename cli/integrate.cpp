#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/run.hpp"
#include "data/error.hpp"

namespace fusionflow::cli {

namespace {

// Only the exact flow has a draw, and only networks that are drawn have a width.
void check_drawing(const arguments& given) {
    if (given.has("exact")) {
        return;
    }
    for (const std::string_view name : {"widths", "seed"}) {
        if (given.settings.has(name)) {
            throw data::input_error(std::string(name), "needs --exact");
        }
    }
    if (given.settings.has("width") && given.settings.init.drawn != theory::scheme::gaussian) {
        throw data::input_error("width", "needs --exact or --scheme gaussian");
    }
}

solver::integration integrate(const arguments& given, const validation::model& about,
                              const solver::integrate_options& options) {
    if (!given.has("exact")) {
        return about.init.drawn == theory::scheme::balanced
                   ? solver::integrate(about.moments, about.architecture, about.init, options)
                   : solver::integrate_chain(about.moments, about.architecture, about.init,
                                             options);
    }
    const auto start = solver::two_layer_start::drawn(about.moments, about.architecture, about.init,
                                                      given.settings.simulate.seed);
    return solver::integrate_exact(about.moments, about.architecture, about.init, start, options);
}

json integration_json(const arguments& given, const validation::model& about,
                      const solver::integration& result) {
    json all = to_json(about.moments, result, given.provenance);
    all["flow"] = result.equations;
    if (given.has("exact")) {
        all["scheme"] = theory::to_string(about.init.drawn);
        all["width"] = about.init.last_width();
        all["seed"] = given.settings.simulate.seed;
    } else if (about.init.drawn == theory::scheme::gaussian) {
        all["scheme"] = theory::to_string(about.init.drawn);
        all["width"] = about.init.width;
    }
    return all;
}

exit_code run(const arguments& given) {
    check_drawing(given);
    const validation::model about = validation::build_model(given.settings);
    check_run_files(given);
    progress_line progress(given.quiet);
    const auto options = run_options(given, progress, about.moments.count());
    const solver::integration result = integrate(given, about, options);
    if (given.json) {
        print(integration_json(given, about, result));
    } else {
        fmt::print("{}{} flow\n", to_text(about.moments, result, {}), result.equations);
    }
    return finish_run(given, about.moments, result,
                      given.has("exact")                             ? "exact-drawn"
                      : about.init.drawn == theory::scheme::balanced ? "flow"
                                                                     : "chain");
}

}  // namespace

const command integrate_command = {
    "integrate",
    "Integrates the reduced, chain or exact flow that stands for networks of a kind.",
    "",
    settings_in({"data", "network", "start", "drawing", "solver"}),
    {{"exact", "", "the exact flow of the two-layer network that simulate would draw"},
     {"trajectory", "FILE", "write t, loss, |W_m|, u_m and W to a .csv or .npz file", true},
     {"plot", "F.svg", "draw loss and |W_m| over time (.svg, .png or .pdf; needs gnuplot)", true}},
    "fusionflow integrate --depth 4 --fusion 4 --rho 0.5 --init 0.1 --rtol 1e-11\n"
    "  fusionflow integrate --depth 4 --fusion 3 --scheme gaussian --width 1e6 --init 0.1\n"
    "  fusionflow integrate --exact --rho 0.5 --scheme gaussian-iid --width 1000 --seed 3",
    run};

}  // namespace fusionflow::cli
