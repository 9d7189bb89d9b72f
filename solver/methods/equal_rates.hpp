#pragma once

#include "fusionflow/solver/method.hpp"

namespace fusionflow::solver {

/// True where a method can be asked about a model as it is: all parts learn at one rate, or it
/// trains networks at the rates themselves, as on samples and with biases.
[[nodiscard]] bool learns_at_one_rate(const method& how, const model& about);

/// The model that theory::at_equal_rates() makes of a linear one without biases, whose times are
/// the same; a model that learns at one rate as it is.
///
/// \throws data::input_error as theory::at_equal_rates().
[[nodiscard]] model with_equal_rates(const model& about);

/// The answer of a method for a linear network without biases whose parts learn at rates of their
/// own: that for the network of theory::at_equal_rates(), with weights and norms as those of the
/// network that was asked about. Times, loss and shares are the same for both.
///
/// \throws data::input_error as theory::at_equal_rates().
/// \see tests/solver/learning_rates_test.cpp
[[nodiscard]] answer run_at_equal_rates(const method& how, const model& about,
                                        const run_options& options);

}  // namespace fusionflow::solver
