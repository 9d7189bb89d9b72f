#pragma once

#include <string>
#include <vector>

#include "results.hpp"

namespace peers {

/// A gnuplot script that draws error against time as SVG: a panel for each set of cases, a line
/// for each method, a point for each tolerance (medians over the cases of the set).
[[nodiscard]] std::string picture_script(const std::vector<test_case>& cases,
                                         const std::vector<point>& points);

}  // namespace peers
