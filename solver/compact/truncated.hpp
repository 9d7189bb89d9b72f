#pragma once

#include <memory>

#include "fusionflow/solver/compact/krylov.hpp"
#include "fusionflow/solver/simulate.hpp"

namespace fusionflow::solver {

/// The bases of a compressed or sampled network of this scheme, width and seed, before any round.
/// Balanced weights are rank one: one unit a layer is exact, and stands for `sampled`.
///
/// \param form  compressed or sampled.
/// \throws data::input_error as init.validate() and hidden_widths::of(); naming width where a
///         compressed network's own weights do not fit into memory.
[[nodiscard]] std::unique_ptr<krylov_growth> start_growth(const data::moments& moments,
                                                          const theory::architecture& arch,
                                                          const theory::initialisation& init,
                                                          representation form, std::uint64_t seed);

/// Trains the network of `rounds` rounds, and beside it that of one more, whose distance is the
/// error to be expected:
///
///     truncation_error = 2 max_m max_t |W_m - W'_m| / max_t |W_m| + 1e-11
///
/// Each round divides the error by much more than two, so that the first term bounds what all
/// further rounds would change; the second is for rounding.
///
/// \param rounds  At least growth.least_rounds().
/// \see docs/numerics.md#compressed-networks; tests/solver/truncated_test.cpp
[[nodiscard]] simulation train_truncated(const data::moments& moments,
                                         const theory::architecture& arch,
                                         const theory::initialisation& init,
                                         const simulate_options& options, krylov_growth& growth,
                                         int rounds);

/// The same with options.compression.rounds, or with as many as its accuracy takes. Where that
/// would need more than 1e6 weights, the last network answers, with a warning.
///
/// \throws data::input_error naming rounds: fewer than every hidden space needs, or so many that
///         networks may have more than 2e7 weights.
[[nodiscard]] simulation simulate_truncated(const data::moments& moments,
                                            const theory::architecture& arch,
                                            const theory::initialisation& init,
                                            const simulate_options& options);

/// The same for given weights, which are compressed.
///
/// \param init  Its widths are those of `full`.
[[nodiscard]] simulation compress_and_train(const data::moments& moments,
                                            const theory::architecture& arch,
                                            const theory::initialisation& init,
                                            const simulate_options& options, weighted_network full);

}  // namespace fusionflow::solver
