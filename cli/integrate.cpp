#include <fmt/format.h>

#include <optional>
#include <string>

#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/run.hpp"

namespace fusionflow::cli {

namespace {

// Only the exact flow draws weights. Without it only schemes that keep norms have a width.
void check_flow(const arguments& given) {
    const theory::scheme& drawn = *given.settings.init.drawn;
    if (!given.has("exact")) {
        given.refuse({"widths", "seed"}, "needs --exact");
        if (!drawn.keeps_norms) {
            given.refuse({"width"}, fmt::format("needs --exact or --scheme {}",
                                                theory::schemes().names(
                                                    [](const auto& s) { return s.keeps_norms; })));
        }
    }
    if (given.has("exact") || !drawn.balanced) {
        given.refuse({"sensitivities"},
                     "need the reduced flow: --scheme balanced, without --exact");
    }
}

// The flow that stands for the networks in question.
const solver::method& flow_for(const arguments& given, const solver::model& about) {
    if (given.has("exact")) {
        return solver::find_method("exact-drawn");
    }
    const bool balanced = about.init.balanced();
    return solver::find_method(balanced ? "flow" : "chain");
}

// The sensitivities of the times, unless they were not asked for or the run itself failed.
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

exit_code run_integrate(const arguments& given) {
    check_flow(given);
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
    attempts all;
    return finish_run(given, {about, how, "", given.provenance}, result, all,
                      changes ? &*changes : nullptr);
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
