#pragma once

#include <string>
#include <vector>

#include "results.hpp"

namespace peers {

/// work-precision.md: for errors of 1e-6 and 1e-9, what each family takes per case and how much
/// longer than fusionflow that is.
[[nodiscard]] std::string table(const std::vector<test_case>& cases,
                                const std::vector<point>& points);

}  // namespace peers
