#pragma once

namespace fusionflow::solver {

/// How long the epochs of a run are, in units of tau. Each is `decay` times as long as the one
/// before:
///
///     length(e) = first decay^(e-1),   elapsed(e) = first (1 - decay^e)/(1 - decay)
struct epoch_lengths {
    double first = 0;  ///< of the first epoch; 0: there are none
    double decay = 1;  ///< 0 < decay <= 1

    /// Of epoch 1, 2, ...
    [[nodiscard]] double length(long epoch) const;
    /// The time after so many epochs.
    [[nodiscard]] double elapsed(long epochs) const;
    /// The epochs that `time` takes, with a part of the last one in proportion; infinite where they
    /// never come to that. NaN remains NaN. \see tests/solver/epoch_lengths_test.cpp
    [[nodiscard]] double epochs(double time) const;
};

}  // namespace fusionflow::solver
