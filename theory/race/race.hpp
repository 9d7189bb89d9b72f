#pragma once

#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/theory/race/mode_race.hpp"

namespace fusionflow::theory {

/// What the race answers.
struct race_result {
    learning answer;
    /// The fixed points on the way, in the order they are met: each set is closed
    /// (architecture::closure), the first is where the network starts, the last holds all that is
    /// learned.
    std::vector<partial_solution> saddles;
    /// With several targets, the modes in the order in which they were learned: mode_race(). The
    /// saddles are then those of whole modalities.
    std::vector<learned_mode> modes{};
    /// mode_race_result::power_times; for one target, where a modality is one mode, the times.
    std::vector<double> power_times{};
};

/// When each modality is learned, leading order in small u0: the race on the fusion clock.
///
/// Phase by phase, with K learned: rates r_m = |E_m^K| for the waiting modalities; the one whose
/// potential is used up first is learned next, after (clock to go) / u_f^p units of tau; the
/// potentials of the others go on from where they are. Scalar modalities with two-layer branches
/// keep the sign of what they gathered, so a reversed residual first has to undo it.
///
/// Conventions (docs/theory.md#conventions), which make this the paper's formulas for two
/// modalities: the first phase is integrated to u = 1; with a trunk the waiting potentials are
/// charged for the whole potential of the first modality, without one (late fusion, where the clock
/// is time) for its part down to u = 1. Vectors with branches of three or more layers turn to their
/// residual (turning_factor()); with two layers its direction is taken as it is.
///
/// Equal clock readings (relative 1e-12) are a tie: learned together, with a warning.
/// Random initialisations enter through their effective norm in two-layer late fusion and through
/// u0 otherwise.
///
/// With several targets the race is over modes: mode_race().
///
/// \param weight_decay  lambda >= 0, one target and two-layer late fusion only: rates become
///                      r_m - lambda, and a waiting modality with r_m <= lambda is never learned
///                      (docs/theory.md#weight-decay).
/// \throws data::input_error if the sizes differ, `init` breaks its rules, or require_range();
///         naming weight-decay where it is negative, or > 0 for any other network.
/// \see tests/theory/race_test.cpp
[[nodiscard]] race_result race(const data::moments& moments, const architecture& arch,
                               const initialisation& init, double weight_decay = 0);

/// race() for models that are not in_range(): `log10_times` are given, and `times` where they fit
/// in a double.
///
/// \throws data::input_error if the sizes differ or `init` breaks its rules.
[[nodiscard]] race_result race_beyond_range(const data::moments& moments, const architecture& arch,
                                            const initialisation& init);

/// race(...).saddles alone: who is learned with whom, without the times and their quadrature.
[[nodiscard]] std::vector<partial_solution> race_saddles(const data::moments& moments,
                                                         const architecture& arch,
                                                         const initialisation& init);

}  // namespace fusionflow::theory
