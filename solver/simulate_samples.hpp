#pragma once

#include "fusionflow/data/samples.hpp"
#include "fusionflow/solver/simulate.hpp"

namespace fusionflow::solver {

/// Trains a network on samples by gradient descent, from drawn weights (those that simulate() draws
/// from the same scheme, width and seed where inputs have the same moments) and biases of zero.
///
/// A step is learning_rate long whatever the batch; an epoch has ceil(P / batch) of them. W_m is
/// the best linear approximation of the output (sample_network::total_weights), taken once per
/// epoch; half-heights lie on straight lines between epochs. Their levels are least-squares
/// solutions on the features' moments, also for losses whose weights do not come to rest there.
///
/// Linear networks under the squared error end like simulate()'s. Of others only `learned` and
/// failures are known: what waits may be learned later.
///
/// \throws data::input_error as validate(), where sizes differ, naming method for gradient flow,
///         loss where targets are not +-1, or batch where it is larger than P.
/// \see docs/theory.md#beyond-linear; tests/solver/simulate_samples_test.cpp
[[nodiscard]] simulation simulate(const data::samples& data, const theory::architecture& arch,
                                  const theory::initialisation& init,
                                  const simulate_options& options);

/// The same from weights of your own.
///
/// \param shape    Of the network; it must fit the samples and `arch`.
/// \param weights  In the layout of `shape`, or with biases after them (sample_network).
/// \param init     What the weights are like: it says which saddles are expected, no more.
/// \throws data::input_error also naming weights: wrong number of them, or not finite.
[[nodiscard]] simulation simulate_from(const data::samples& data, const theory::architecture& arch,
                                       const network_shape& shape, state weights,
                                       const theory::initialisation& init,
                                       const simulate_options& options);

}  // namespace fusionflow::solver
