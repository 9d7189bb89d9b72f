#pragma once

#include <vector>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::data {

/// Moments of the same data with the inputs of each modality multiplied by a factor of its own.
///
/// \param factors  M finite numbers > 0.
/// \throws input_error naming factors: another number of them, or one that is not > 0; or as the
///         constructors of moments, where a product leaves their range.
/// \see tests/data/scaled_inputs_test.cpp
[[nodiscard]] moments scale_inputs(const moments& of, const std::vector<double>& factors);

}  // namespace fusionflow::data
