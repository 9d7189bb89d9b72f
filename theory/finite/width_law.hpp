#pragma once

#include <string>

#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/theory/learning.hpp"

namespace fusionflow::theory {

/// What the width law says, or why it says nothing.
struct width_law_answer {
    learning answer;
    std::string missing;  ///< not empty: there is no law for the model, and why; no times then
};

/// When gaussian networks of width H learn each modality, leading order in small u0 and large H.
///
/// In late fusion W_m depends on theta_m = int E_m dt alone, and blows up at theta = Phi_m. For
/// scalar modalities of equal depth L:
///
///     t_A = tau Phi / |s_A|,   t_B/t_A = 1 + (|s_A| - s_B)/|E_B|  (s_B with its sign against E_B),
///     Phi = pi/(2 u0) (L = 3),  ln(2H)/(2 u0^2) (L = 4),  T_L/(u0^2 eps^(L-4)) (L > 4)
///
/// with eps = u0/sqrt(H) and T_L from blow_up_time(). With a trunk the same holds on the clock
/// dc = u_f^p dt/tau. The first phase lasts int dc/u_f^p, where u_f has the small layers of all
/// modalities; a later one lasts (what is left of Phi_m)/(|E_m| u_f^p), with u_f of the learned
/// ones. Two-layer late fusion is refined_two_layer(), which no width enters.
///
/// \param init  A scheme that keeps norms (gaussian); else there is no answer.
/// \return  The times of a modality of several inputs and of those after it are unknown (NaN), with
///          a warning, if its residual turns when another is learned and the small layers of its
///          branch do not grow linearly (one of them in late fusion, or three and more).
/// \throws data::input_error if sizes differ, a rule of `init` is broken, or require_range().
/// \see docs/width-law.md; tests/theory/width_law_test.cpp
[[nodiscard]] width_law_answer width_law(const data::moments& moments, const architecture& arch,
                                         const initialisation& init);

/// Why there is no width law for a network; empty where there is one.
[[nodiscard]] std::string missing_law(const architecture& arch, const initialisation& init);

}  // namespace fusionflow::theory
