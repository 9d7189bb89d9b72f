#pragma once

#include "fusionflow/validation/experiments/experiment.hpp"
#include "fusionflow/validation/experiments/toml_reader.hpp"

namespace fusionflow::validation {

/// Reads an [[experiment]] of a suite (docs/file-formats.md#experiments); every model in it is
/// built once, so that a suite is refused before it runs.
///
/// \throws data::input_error  with the file as its field, and the line.
[[nodiscard]] experiment read_experiment(const toml_reader& in);

}  // namespace fusionflow::validation
