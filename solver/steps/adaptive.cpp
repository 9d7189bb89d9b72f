#include "fusionflow/solver/steps/adaptive.hpp"

#include "fusionflow/solver/steps/step_loop.hpp"

namespace fusionflow::solver {

followed follow_flow(flow& system, const data::moments& moments, const theory::architecture& arch,
                     std::vector<theory::partial_solution> saddles, const run_options& options,
                     bool note_crossings) {
    options.validate();
    half_height_monitor monitor(moments, arch, std::move(saddles), system.weight_decay());
    followed done;
    for (;;) {
        step_loop loop(system, moments, monitor, options, note_crossings);
        done = loop.run();
        if (!loop.again()) {
            return done;
        }
        monitor.watch_again(*loop.again());
    }
}

answer run_flow(flow& system, const data::moments& moments, const theory::architecture& arch,
                std::vector<theory::partial_solution> saddles, const run_options& options) {
    return follow_flow(system, moments, arch, std::move(saddles), options).found;
}

}  // namespace fusionflow::solver
