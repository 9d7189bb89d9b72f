#pragma once

#include <memory>

#include "fusionflow/solver/answer.hpp"
#include "fusionflow/solver/compact/krylov.hpp"
#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"

namespace fusionflow::solver {

/// The bases, before any round, of a compressed network that is drawn directly, at any width.
/// Balanced weights of one target have rank one, so one unit a layer is exact.
///
/// \param repeat  As in draw_network().
[[nodiscard]] std::unique_ptr<krylov_growth> sampled_growth(const model& about, int repeat);

/// Trains the network of `rounds` rounds and beside it that of one more round, W'. Their distance
/// estimates the error:
///
///     truncation_error = 2 max_m max_t |W_m - W'_m| / max_t |W_m| + 1e-11
///
/// Each round divides the error by much more than two, so the first term bounds what all further
/// rounds would change; the second is for rounding. Without options.compression.estimate W' is not
/// trained, and truncation_error is NaN unless one more round adds nothing.
///
/// \param rounds  At least growth.least_rounds().
/// \see docs/numerics.md#compressed-networks; tests/solver/truncated_test.cpp
[[nodiscard]] answer train_truncated(const model& about, const run_options& options,
                                     krylov_growth& growth, int rounds);

/// The same with options.compression.rounds, or, if absent, with as many as its accuracy takes.
/// Where another round might need more than 1e6 weights, the last network answers, with a warning.
///
/// \throws data::input_error naming rounds: fewer than every hidden space needs, or so many that
///         networks may have more than 2e7 weights.
[[nodiscard]] answer train_truncated(const model& about, const run_options& options,
                                     krylov_growth& growth);

}  // namespace fusionflow::solver
