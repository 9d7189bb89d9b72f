#include "fusionflow/solver/methods/flow_sensitivity.hpp"

#include <fmt/format.h>

#include "fusionflow/solver/flows/sensitive_flow.hpp"
#include "fusionflow/solver/methods/equal_rates.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::solver {

namespace {

using theory::unknown;

// |W_m| at the saddle of a half-height, which the modality reached half of, with its derivative.
theory::dual level_of(const data::moments& moments, const half_height& what,
                      const theory::variation& change) {
    const auto saddle =
        theory::moving_saddle(moments, theory::solve_partial(moments, what.saddle), change, 0);
    return theory::norm_of(
        theory::vector_of<theory::dual>(moments.part(saddle.weights, what.modality)));
}

}  // namespace

flow_sensitivity_table flow_sensitivities(const model& own, const run_options& options) {
    const model about = with_equal_rates(own);  // its times have the same derivatives
    const data::moments& moments = about.moments;
    const theory::architecture& arch = about.architecture;
    flow_sensitivity_table table;
    table.parameters = theory::model_parameters(moments);
    table.slopes.setConstant(moments.count(), std::ssize(table.parameters), unknown);
    const auto saddles = theory::race_saddles(moments, arch, about.init);
    run_options run = options;
    if (run.method == stepper::automatic) {
        run.method = stepper::radau;  // S is stiff as soon as anything is learned
    }
    std::vector<bool> asked(table.parameters.size(), false);
    std::vector<double> times;
    for (std::size_t i = 0; i < table.parameters.size(); ++i) {
        const auto change = theory::variation_of(moments, table.parameters[i]);
        sensitive_flow system(moments, arch, about.init, change);
        const followed done = follow_flow(system, moments, arch, saddles, run, true);
        if (theory::is_failure(done.found.ended)) {
            table.warnings.push_back(fmt::format(
                "sensitivities: none by {}: {}: {}", to_string(moments, table.parameters[i]),
                theory::to_string(done.found.ended), theory::advice(done.found.ended)));
            continue;
        }
        asked[i] = true;
        times = done.found.times;
        for (const crossing& found : done.crossings) {
            const int m = found.what.modality;
            const double time = times[static_cast<std::size_t>(m)];
            table.slopes(m, static_cast<Eigen::Index>(i)) =
                system.time_slope(found.at, m, level_of(moments, found.what, change)) / time;
        }
    }
    if (!times.empty()) {
        const auto warnings = theory::missing_slopes(
            moments, table.parameters, table.slopes, asked, times, "time",
            "it is measured by where the flow came to rest, or a singular covariance makes the "
            "height jump");
        table.warnings.insert(table.warnings.end(), warnings.begin(), warnings.end());
    }
    return table;
}

}  // namespace fusionflow::solver
