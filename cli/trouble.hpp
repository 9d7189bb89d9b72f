#pragma once

#include "cli/arguments.hpp"
#include "validation/table.hpp"

namespace fusionflow::cli {

/// Names on stderr how many rows ended in trouble, and the first of them.
///
/// \return  numerical_failure if there are any.
[[nodiscard]] exit_code report_trouble(const validation::table& t);

}  // namespace fusionflow::cli
