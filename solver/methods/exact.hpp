#pragma once

#include "fusionflow/solver/answer.hpp"
#include "fusionflow/solver/flows/two_layer_start.hpp"
#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"

namespace fusionflow::solver {

/// Integrates the exact flow of two-layer late or early fusion from a start of one's own: what the
/// methods `exact` and `exact-drawn` do from expected and drawn weights.
///
/// Late fusion of scalar modalities from random weights goes by sinh coordinates, all else by Gram
/// matrices or, in early fusion, by eigenvectors of the covariance; answer::equations says which.
///
/// \param start  Of the model's architecture, whose scheme decides which saddles are expected.
/// \throws data::input_error naming exact where the start is of another kind of network, or weights
///         are too small for their squares.
/// \see docs/theory.md#exact-two-layer; tests/solver/integrate_exact_test.cpp
[[nodiscard]] answer integrate_exact(const model& about, const two_layer_start& start,
                                     const run_options& options);

}  // namespace fusionflow::solver
