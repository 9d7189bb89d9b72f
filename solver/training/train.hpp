#pragma once

#include <vector>

#include "fusionflow/solver/answer.hpp"
#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"
#include "fusionflow/solver/training/comparison.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::solver {

/// The saddles that the race expects, at which half-heights are measured. There are none under
/// weight decay or with several targets; half_height_monitor then finds its own.
[[nodiscard]] std::vector<theory::partial_solution> expected_saddles(const model& about,
                                                                     double weight_decay);

/// Draws a network by the model's scheme, widths and seed.
///
/// \param repeat  Draws from data::repeat_seed(seed, repeat).
/// \throws data::input_error naming width where its weights do not fit into memory.
[[nodiscard]] weighted_network draw_network(const model& about, int repeat);

/// Trains a linear network from given weights on the model's moments, never on its samples, by
/// gradient descent (half-heights are interpolated linearly inside an epoch) or by gradient flow.
///
/// With biases (docs/theory.md#biases) gradients see the means of the moments, and learning is
/// measured on the moments about them.
///
/// \param start   Its widths may differ from the model's where it stands for the same network, as
///                rotated and compressed networks do.
/// \param beside  If not null, a second network that is trained beside it.
/// \throws data::input_error naming weight-decay where it is on with several targets: it is not
///         known then when a mode of a modality has decayed; naming mean where biases need means
///         that the moments do not have.
/// \see tests/solver/simulate_test.cpp
[[nodiscard]] answer train(const model& about, const run_options& options, weighted_network start,
                           comparison* beside = nullptr);

/// Trains a network on the model's samples by its update rule, with biases of zero where none are
/// given.
///
/// A step is learning_rate long whatever the batch, in epoch e times decay_rate^(e-1); an epoch has
/// ceil(P / batch) steps. W_m is the best linear approximation of the outputs
/// (sample_network::total_weights), taken once per epoch; half-heights are interpolated linearly
/// between epochs. Their levels are halves of least-squares norms on the features' moments, also
/// for losses whose weights do not come to rest there.
///
/// Linear networks under the squared error end as in train(). Others are never said to be at rest,
/// since a modality that waits may be learned later.
///
/// \param start  Weights in the layout of its shape, then biases or none (sample_network).
/// \throws data::input_error naming method for gradient flow; loss where it needs labels or classes
///         but has others; batch where it is larger than P; weights where their number is wrong or
///         one is not finite.
/// \see docs/theory.md#beyond-linear; tests/solver/simulate_samples_test.cpp
[[nodiscard]] answer train_on_samples(const model& about, const run_options& options,
                                      weighted_network start);

}  // namespace fusionflow::solver
