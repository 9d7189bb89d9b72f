#include <fmt/format.h>

#include "fusionflow/cli/answer.hpp"
#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/run.hpp"
#include "fusionflow/cli/sensitivities.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"

namespace fusionflow::cli {

namespace {

// Only the exact flow has a draw, and only networks that are drawn have a width.
void check_drawing(const arguments& given) {
    if (given.has("exact")) {
        return;
    }
    for (const std::string_view name : {"widths", "seed"}) {
        data::need(!given.settings.has(name), name, "needs --exact");
    }
    if (given.settings.has("width") && !given.settings.init.drawn->keeps_norms) {
        throw data::input_error("width", fmt::format("needs --exact or --scheme {}",
                                                     theory::schemes().names([](const auto& s) {
                                                         return s.keeps_norms;
                                                     })));
    }
}

void check_sensitivities(const arguments& given) {
    const bool reduced = !given.has("exact") && given.settings.init.balanced();
    data::need(!given.has("sensitivities") || reduced, "sensitivities",
               "need the reduced flow: --scheme balanced, without --exact");
}

// Which flow stands for the networks that are asked about.
const solver::method& flow_for(const arguments& given, const solver::model& about) {
    if (given.has("exact")) {
        return solver::find_method("exact-drawn");
    }
    const bool balanced = about.init.balanced();
    return solver::find_method(balanced ? "flow" : "chain");
}

// Nothing where they were not asked for, or the run itself was in trouble.
std::optional<solver::flow_sensitivity_table> sensitivities(const arguments& given,
                                                            const solver::model& about,
                                                            const solver::run_options& options,
                                                            const solver::answer& found) {
    if (!given.has("sensitivities") || theory::is_failure(found.ended)) {
        return std::nullopt;
    }
    solver::run_options quietly = options;
    quietly.record = false;
    return solver::flow_sensitivities(about, quietly);
}

json integration_json(const arguments& given, const solver::model& about,
                      const solver::answer& result) {
    json all = to_json(about.moments, result, given.provenance);
    all["flow"] = result.equations;
    if (given.has("exact")) {
        all["scheme"] = about.init.drawn->name;
        all["width"] = about.init.last_width();
        all["seed"] = about.training.seed;
    } else if (!about.init.balanced()) {
        all["scheme"] = about.init.drawn->name;
        all["width"] = about.init.width;
    }
    return all;
}

exit_code run_integrate(const arguments& given) {
    check_drawing(given);
    check_sensitivities(given);
    const solver::model about = validation::build_model(given.settings);
    check_plot(given);
    progress_line progress(given.quiet);
    const auto options = run_options(given, progress, about.moments.count());
    const solver::method& how = flow_for(given, about);
    solver::answer result = solver::run(how, about, options);
    const auto changes = sensitivities(given, about, options, result);
    if (changes) {
        result.warnings.insert(result.warnings.end(), changes->warnings.begin(),
                               changes->warnings.end());
    }
    const auto print_answer = [&] {
        if (given.json) {
            json all = integration_json(given, about, result);
            if (changes) {
                all["sensitivities"] = sensitivities_json(about.moments, *changes);
            }
            print(all);
        } else {
            print_text(fmt::format("{}{} flow\n{}", to_text(about.moments, result, {}),
                                   result.equations,
                                   changes ? sensitivities_text(about.moments, *changes) : ""));
        }
    };
    attempts all;
    write_run_files(given, result, about.moments, how, all);
    all.add(print_answer);
    return finish_run(given, about.moments, result, all);
}

}  // namespace

const command integrate_command = {
    "integrate",
    "Integrates the reduced, chain or exact flow that stands for networks of a kind.",
    "",
    settings_in({"data", "network", "start", "drawing", "solver"}),
    {{"exact", "", "the exact flow of the two-layer network that simulate would draw"},
     {"sensitivities", "", "what 1 % more of each parameter does to the times (reduced flow)"},
     {"trajectory", "FILE", "write t, loss, |W_m|, u_m and W to a .csv or .npz file", true, false,
      file_use::written},
     {"plot", "F.svg", "draw loss and |W_m| over time (.svg, .png or .pdf; needs gnuplot)", true,
      false, file_use::written}},
    "fusionflow integrate --depth 4 --fusion 4 --rho 0.5 --init 0.1 --rtol 1e-11\n"
    "  fusionflow integrate --depth 4 --fusion 3 --scheme gaussian --width 1e6 --init 0.1\n"
    "  fusionflow integrate --exact --rho 0.5 --scheme gaussian-iid --width 1000 --seed 3",
    run_integrate};

}  // namespace fusionflow::cli
