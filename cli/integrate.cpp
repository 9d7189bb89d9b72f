#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/run.hpp"

namespace fusionflow::cli {

namespace {

exit_code run(const arguments& given) {
    const validation::model about = validation::build_model(given.settings);
    check_run_files(given);
    progress_line progress(given.quiet);
    const auto options = run_options(given, progress, about.moments.count());
    const solver::integration result =
        solver::integrate(about.moments, about.architecture, about.init, options);
    if (given.json) {
        print(to_json(about.moments, result, given.provenance));
    } else {
        fmt::print("{}", to_text(about.moments, result, {}));
    }
    return finish_run(given, about.moments, result, "flow");
}

}  // namespace

const command integrate_command = {
    "integrate",
    "Integrates the reduced gradient flow of balanced networks.",
    "",
    settings_in({"data", "network", "start", "solver"}),
    {{"trajectory", "F.csv", "write t, loss, |W_m|, u_m and W to a file", true},
     {"plot", "F.svg", "draw loss and |W_m| over time (.svg, .png or .pdf; needs gnuplot)", true}},
    "fusionflow integrate --depth 4 --fusion 4 --rho 0.5 --init 0.1 --rtol 1e-11",
    run};

}  // namespace fusionflow::cli
