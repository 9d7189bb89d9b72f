#pragma once

#include "fusionflow/data/moments.hpp"
#include "fusionflow/theory/learning.hpp"

namespace fusionflow::solver {

/// The part of what all modalities can explain that is explained with a loss, R^2/R^2_max:
///
///     (<|y|^2> - 2 loss) / everything;   NaN where nothing can be explained
///
/// \param loss        <|y - W x|^2> / 2, target squared.
/// \param everything  tr s Sigma^+ s^T, theory::partial_solution::explained of all modalities.
[[nodiscard]] inline double explained_share(const data::moments& moments, double loss,
                                            double everything) {
    return everything > 0 ? (moments.target_power() - 2 * loss) / everything : theory::unknown;
}

}  // namespace fusionflow::solver
