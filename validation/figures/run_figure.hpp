#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/figures/figure.hpp"
#include "fusionflow/validation/settings/settings.hpp"
#include "fusionflow/validation/study/grid.hpp"

namespace fusionflow::validation {

/// Most panels in a figure.
inline constexpr std::size_t most_panels = 8;

/// Refuses grids that would not fit a figure. \throws data::input_error with field "plot".
void check_table_figure(const grid& points);

/// Time courses over a grid: a panel per point, flows as lines, networks as markers, the times of
/// formulas as vertical lines. It runs every method once more at each point to record its path.
[[nodiscard]] figure table_figure(const settings& base, const grid& points,
                                  const std::vector<std::string>& methods,
                                  const std::string& provenance);

/// The time course of a finished run, with the times of the formula. A network is shown beside the
/// flow it is held against: the exact two-layer flow from the drawn or expected weights where there
/// is one, else the reduced flow.
///
/// \param how  The method that made the path.
[[nodiscard]] figure one_run_figure(const settings& s, const solver::method& how,
                                    const solver::trajectory& path, const std::string& provenance);

}  // namespace fusionflow::validation
