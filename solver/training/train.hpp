#pragma once

#include <vector>

#include "fusionflow/solver/answer.hpp"
#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"
#include "fusionflow/solver/training/comparison.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::solver {

/// The saddles that half-heights are measured by: the race's, or, under weight decay, which the
/// race does not know, none (half_height_monitor finds its own).
[[nodiscard]] std::vector<theory::partial_solution> expected_saddles(const model& about,
                                                                     double weight_decay);

/// Draws the network of a model's scheme, widths and seed.
///
/// \param repeat  Draws from data::repeat_seed(seed, repeat).
/// \throws data::input_error naming width where its weights do not fit into memory.
[[nodiscard]] weighted_network draw_network(const model& about, int repeat);

/// Trains a linear network from given weights, from moments (never from samples): by gradient
/// descent, which notes half-heights by linear interpolation inside an epoch, or by gradient flow.
///
/// \param start   Its architecture may be another than the model's where it stands for the same
///                network: rotated or compressed.
/// \param beside  If not null, is taken along.
/// \throws data::input_error naming weight-decay: on, with several targets, of which it is not
///         known when a mode of a modality has decayed.
/// \see tests/solver/simulate_test.cpp
[[nodiscard]] answer train(const model& about, const run_options& options, weighted_network start,
                           comparison* beside = nullptr);

/// Trains a network on the model's samples by its update rule, with biases of zero where none are
/// given.
///
/// A step is learning_rate long whatever the batch; an epoch has ceil(P / batch) of them. W_m is
/// the best linear approximation of the output (sample_network::total_weights), taken once per
/// epoch; half-heights lie on straight lines between epochs. Their levels are least-squares
/// solutions on the features' moments, also for losses whose weights do not come to rest there.
///
/// Linear networks under the squared error end like those of train(). Of others only `learned` and
/// failures are known: what waits may be learned later.
///
/// \param start  In the layout of its shape, or with biases after that (sample_network).
/// \throws data::input_error naming method for gradient flow; loss where targets are not +-1; batch
///         where it is larger than P; weights where there is a wrong number of them, or not finite.
/// \see docs/theory.md#beyond-linear; tests/solver/simulate_samples_test.cpp
[[nodiscard]] answer train_on_samples(const model& about, const run_options& options,
                                      weighted_network start);

}  // namespace fusionflow::solver
