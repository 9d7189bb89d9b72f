#include "fusionflow/solver/steps/adaptive.hpp"

#include "fusionflow/solver/steps/step_loop.hpp"

namespace fusionflow::solver {

integration run_flow(flow& system, const data::moments& moments, const theory::architecture& arch,
                     std::vector<theory::partial_solution> saddles,
                     const integrate_options& options, state* final_state,
                     std::vector<crossing>* crossings) {
    options.validate();
    half_height_monitor monitor(moments, arch, std::move(saddles), system.weight_decay());
    integration result;
    // A second time, with that known, where the flow came to rest unexpectedly.
    for (int watched = 0; watched < 2; ++watched) {
        if (crossings != nullptr) {
            crossings->clear();
        }
        step_loop loop(system, moments, monitor, options, crossings);
        result = loop.run();
        if (final_state != nullptr) {
            *final_state = loop.last_state();
        }
        if (!loop.rest()) {
            break;
        }
        monitor.watch_again(*loop.rest());
    }
    return result;
}

}  // namespace fusionflow::solver
