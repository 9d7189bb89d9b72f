#pragma once

#include "cli/command.hpp"

namespace fusionflow::cli {

/// Refuses, before any work, files that could not be written, that are read too, or that would be
/// written twice: of all options and words of a command whose file_use says what they name.
///
/// \throws data::input_error naming the option. \see validation::file_plan
void check_files(const command& c, const arguments& given);

}  // namespace fusionflow::cli
