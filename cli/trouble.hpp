#pragma once

#include "fusionflow/cli/arguments.hpp"
#include "fusionflow/validation/study/table.hpp"

namespace fusionflow::cli {

/// Names on stderr how many rows ended in trouble, and the first of them.
///
/// \return  numerical_failure if there are any.
[[nodiscard]] exit_code report_trouble(const validation::table& t);

}  // namespace fusionflow::cli
