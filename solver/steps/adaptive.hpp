#pragma once

#include "fusionflow/solver/answer.hpp"
#include "fusionflow/solver/clocks/half_height.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/run_options.hpp"

namespace fusionflow::solver {

/// A half-height and the state at it.
struct crossing {
    half_height what;
    state at;
};

/// What the integration of a flow found, and states of the flow itself.
struct followed {
    answer found;
    state last;  ///< at the end
    std::vector<crossing>
        crossings{};  ///< if wanted, in their order; not those at t = 0, nor those
                      ///< that are found at rest
};

/// Integrates a flow by the method that the options ask for, with step control, limits and
/// half-heights by step_loop.
///
/// \param system   What to integrate, from system.initial() at t = 0.
/// \param moments  For loss and half-heights.
/// \param arch     For the saddles on the way.
/// \param saddles  theory::race(...).saddles: which modalities are expected to be learned together.
/// \param note_crossings  Keep the state at each half-height.
/// \see docs/numerics.md#step-loop; tests/solver/adaptive_test.cpp
[[nodiscard]] followed follow_flow(flow& system, const data::moments& moments,
                                   const theory::architecture& arch,
                                   std::vector<theory::partial_solution> saddles,
                                   const run_options& options, bool note_crossings = false);

/// What follow_flow() found, without the flow's own state.
[[nodiscard]] answer run_flow(flow& system, const data::moments& moments,
                              const theory::architecture& arch,
                              std::vector<theory::partial_solution> saddles,
                              const run_options& options);

}  // namespace fusionflow::solver
