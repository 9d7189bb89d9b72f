#pragma once

#include "fusionflow/solver/method.hpp"

// Standings that several methods share.
namespace fusionflow::solver {

/// The same standing for every model.
template <standing Always>
[[nodiscard]] standing always(const model& /*about*/) {
    return Always;
}

/// That of flows on the balanced, aligned manifold: networks stay on it where they begin on it and
/// learn from second moments. They resemble other networks while weights are small.
[[nodiscard]] inline standing exact_if_balanced(const model& about) {
    return about.init.balanced() && about.moments_suffice() ? standing::exact
                                                            : standing::asymptotic;
}

/// That of flows from expected Gram matrices: an expectation over draws of linear networks. Units
/// that are not linear are like linear ones while weights are small only.
[[nodiscard]] inline standing statistical_if_linear(const model& about) {
    return about.moments_suffice() ? standing::statistical : standing::asymptotic;
}

/// That of flows from the weights of one draw: W(t) of the linear network of that draw.
[[nodiscard]] inline standing exact_if_linear(const model& about) {
    return about.moments_suffice() ? standing::exact : standing::asymptotic;
}

}  // namespace fusionflow::solver
