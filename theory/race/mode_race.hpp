#pragma once

#include <vector>

#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/race/rank_solution.hpp"

namespace fusionflow::theory {

/// A mode of a modality, and when it is learned.
struct learned_mode {
    int modality = 0;
    int mode = 0;     ///< 0 for the first of its modality
    double time = 0;  ///< units of tau
    double rate = 0;  ///< singular value of what is left for the modality: target x input
};

/// What the race over modes answers.
struct mode_race_result {
    /// Per modality, the time from which its learned modes make up half of |W_m| at the saddle it
    /// goes to; flows and networks are measured in the same way.
    learning answer;
    /// Per modality, when W_m x_m first has half of the power tr W_m Sigma_mm W_m^T that it has in
    /// the end: unlike |W_m| it does not wait for directions of inputs that hardly vary.
    std::vector<double> power_times;
    std::vector<learned_mode> modes;     ///< in the order in which they are learned
    std::vector<rank_solution> saddles;  ///< where the network starts, and after each time
};

/// When each mode of each modality is learned with K targets, leading order in small u0: race()
/// with singular values of residuals in place of their norms. For one target it is race(), except
/// for the signs of scalars.
///
/// A saddle is the least-squares solution whose parts have the ranks r_m learned so far
/// (solve_ranks). From it
///
/// - a modality grows into what the trunk has learned: its k-th next mode grows, in time, at the
///   rate of the k-th singular value of G^p V^T E_m (p = 0: of E_m), with the trunk's directions V
///   among the outputs and their norms G;
/// - the trunk learns a direction that it does not have, a *unit*, with the modality whose mode
///   leads there: a race of its own on its own fusion clock, u_f^2 = sum_m u_m^2 + c, with rates
///   |v^T E_m| for the unit's direction v, the leading left singular vector of the leader's
///   residual (of branches of one layer: of all of theirs) outside of V and of earlier units.
///
/// Exact at leading order where the modes of all modalities have the same output directions and
/// inputs do not mix them. Elsewhere directions turn on the way, and modes that lean on each other
/// are learned at times in between: docs/theory.md#vector-targets has measured errors.
///
/// \throws data::input_error as race().
/// \see tests/theory/mode_race_test.cpp
[[nodiscard]] mode_race_result mode_race(const data::moments& moments, const architecture& arch,
                                         const initialisation& init);

}  // namespace fusionflow::theory
