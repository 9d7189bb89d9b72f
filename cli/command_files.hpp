#pragma once

#include "fusionflow/cli/command.hpp"

namespace fusionflow::cli {

/// The files that all options and words of a command name whose file_use says what is done with
/// them. check() of it refuses, before any work, what is read too or would be written twice.
///
/// \throws data::input_error naming the option of a file that could not be written.
[[nodiscard]] validation::file_plan planned_files(const command& c, const arguments& given);

}  // namespace fusionflow::cli
