#pragma once

#include "fusionflow/solver/clocks/half_height.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/integrate.hpp"

namespace fusionflow::solver {

/// A half-height and the state at it.
struct crossing {
    half_height what;
    state at;
};

/// Integrates a flow by the method that the options ask for, with step control, limits and
/// half-heights of our own (step_loop).
///
/// \param system   What to integrate, from system.initial() at t = 0.
/// \param moments  For loss and half-heights.
/// \param arch     For the saddles on the way.
/// \param saddles  theory::race(...).saddles: which modalities are expected to be learned together.
/// \param final_state  If not null, receives the state at the end.
/// \param crossings    If not null, receives the half-heights in their order; not those at t = 0,
///                     nor those that are found at rest.
/// \see docs/numerics.md#step-loop; tests/solver/adaptive_test.cpp
[[nodiscard]] integration run_flow(flow& system, const data::moments& moments,
                                   const theory::architecture& arch,
                                   std::vector<theory::partial_solution> saddles,
                                   const integrate_options& options, state* final_state = nullptr,
                                   std::vector<crossing>* crossings = nullptr);

}  // namespace fusionflow::solver
