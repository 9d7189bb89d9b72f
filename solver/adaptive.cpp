#include "solver/adaptive.hpp"

#include "solver/step_loop.hpp"

namespace fusionflow::solver {

integration run_flow(flow& system, const data::moments& moments, const theory::architecture& arch,
                     const std::vector<theory::partial_solution>& saddles,
                     const integrate_options& options, state* final_state,
                     std::vector<crossing>* crossings) {
    options.validate();
    std::optional<data::modality_set> rest;
    integration result;
    // A second time, with that known, where the flow came to rest unexpectedly.
    for (int watched = 0; watched < 2; ++watched) {
        if (crossings != nullptr) {
            crossings->clear();
        }
        step_loop loop(system, moments,
                       half_height_monitor(moments, arch, saddles, rest, system.weight_decay()),
                       options, crossings);
        result = loop.run();
        if (final_state != nullptr) {
            *final_state = loop.last_state();
        }
        if (!loop.rest()) {
            break;
        }
        rest = loop.rest();
    }
    return result;
}

}  // namespace fusionflow::solver
