#pragma once

#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::theory {

/// Estimated relative errors of a race's times against the flow of balanced networks, one per
/// modality: leading_order::errors. The estimate follows the race from saddle to saddle and works
/// out how much later or sooner the flow leaves each.
///
/// \return  NaN where a modality has no time.
/// \see docs/theory.md#estimated-error
[[nodiscard]] std::vector<double> estimated_errors(const data::moments& moments,
                                                   const architecture& arch,
                                                   const initialisation& init,
                                                   const race_result& raced);

}  // namespace fusionflow::theory
