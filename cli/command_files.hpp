#pragma once

#include "fusionflow/cli/command.hpp"

namespace fusionflow::cli {

/// The files that options and words with a file_use name, and what is done with them. check() of
/// the plan refuses, before any work, to write a file twice or one that is read.
///
/// \throws data::input_error naming the option of a file that could not be written.
[[nodiscard]] validation::file_plan planned_files(const command& c, const arguments& given);

}  // namespace fusionflow::cli
