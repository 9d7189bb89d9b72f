#pragma once

#include "fusionflow/solver/answer.hpp"
#include "fusionflow/solver/flows/two_layer_start.hpp"
#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"

namespace fusionflow::solver {

/// Integrates the exact flow of two-layer late or early fusion from a given start. The methods
/// `exact` and `exact-drawn` do this from expected and drawn weights.
///
/// Late fusion of scalar modalities from random weights is integrated in sinh coordinates
/// (answer::equations is "sinh"), all else in roots of Gram matrices ("gram").
///
/// \param start  Must fit the model's architecture. Expected saddles follow the model's scheme.
/// \throws data::input_error naming exact or moments where the start does not fit the model, init
///         where the squares of its weights cannot be told from zero.
/// \see docs/theory.md#exact-two-layer; tests/solver/integrate_exact_test.cpp
[[nodiscard]] answer integrate_exact(const model& about, const two_layer_start& start,
                                     const run_options& options);

}  // namespace fusionflow::solver
