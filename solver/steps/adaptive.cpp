#include "fusionflow/solver/steps/adaptive.hpp"

#include "fusionflow/solver/steps/step_loop.hpp"

namespace fusionflow::solver {

followed follow_flow(flow& system, const data::moments& moments, const theory::architecture& arch,
                     std::vector<theory::partial_solution> saddles, const run_options& options,
                     bool note_crossings) {
    options.validate();
    half_height_monitor monitor(moments, arch, std::move(saddles), system.weight_decay());
    followed done;
    // If the flow comes to rest unexpectedly, it is watched a second time with that known.
    for (int watched = 0; watched < 2; ++watched) {
        step_loop loop(system, moments, monitor, options, note_crossings);
        done = loop.run();
        if (!loop.rest()) {
            break;
        }
        monitor.watch_again(*loop.rest());
    }
    return done;
}

answer run_flow(flow& system, const data::moments& moments, const theory::architecture& arch,
                std::vector<theory::partial_solution> saddles, const run_options& options) {
    return follow_flow(system, moments, arch, std::move(saddles), options).found;
}

}  // namespace fusionflow::solver
