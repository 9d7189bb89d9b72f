#pragma once

/// \file
/// Closed forms: when each modality is learned, what the weights are meanwhile, what each modality
/// explains, and how the times change with every parameter.

#include "fusionflow/data.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/attribution.hpp"
#include "fusionflow/theory/clocks/clock.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/theory/prediction/predict.hpp"
#include "fusionflow/theory/prediction/sensitivity.hpp"
