#pragma once

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/flows/targets_motion.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::solver {

/// Where targets_flow starts: A_m = u_m(0) initial_directions(), C^2 = sum_m A_m A_m^T + c, in
/// frames from which the flow goes on smoothly.
struct targets_start {
    targets_layout layout;
    state numbers;

    /// \param init  Balanced, and valid for these moments.
    targets_start(const data::moments& data, const theory::architecture& arch,
                  const theory::initialisation& init);
};

}  // namespace fusionflow::solver
