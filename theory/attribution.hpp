#pragma once

#include <vector>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::theory {

/// What each modality explains, from the statistics alone. R^2_K = s_K Sigma_K^+ s_K^T / <y^2>.
struct attribution {
    std::vector<double> alone;             ///< R^2_{m}
    std::vector<double> conditional_gain;  ///< R^2_all - R^2_{all but m}
    std::vector<double> shapley;           ///< mean gain over all orders; sums to R^2_all
    double total = 0;                      ///< R^2_all
};

/// \throws data::input_error naming moments where M > most_modalities_for_subsets.
/// \see docs/theory.md#statistics; tests/theory/attribution_test.cpp
[[nodiscard]] attribution attribute(const data::moments& moments);

/// True if the modality with the largest |s_m| (learned first at equal depth) is not the one that
/// lowers the loss most on its own (largest R^2_m).
///
/// \param first  Modalities learned first (several in a tie).
[[nodiscard]] bool superficial_preference(const attribution& a, const data::modality_set& first);

}  // namespace fusionflow::theory
