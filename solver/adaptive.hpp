#pragma once

#include "solver/flow.hpp"
#include "solver/half_height.hpp"
#include "solver/integrate.hpp"

namespace fusionflow::solver {

/// The step loop: Odeint's Dormand-Prince stepper with a controller, limits and events of our own.
///
/// \param system   What to integrate, from system.initial() at t = 0.
/// \param moments  For loss and half-heights.
/// \param arch     For the saddles on the way.
/// \param saddles  theory::race(...).saddles: which modalities are expected to be learned together.
/// \param final_state  If not null, receives the state at the end.
/// \see docs/numerics.md#step-loop; tests/solver/adaptive_test.cpp
[[nodiscard]] integration run_flow(flow& system, const data::moments& moments,
                                   const theory::architecture& arch,
                                   const std::vector<theory::partial_solution>& saddles,
                                   const integrate_options& options, state* final_state = nullptr);

}  // namespace fusionflow::solver
