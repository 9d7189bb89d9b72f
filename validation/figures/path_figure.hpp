#pragma once

#include <string>
#include <vector>

#include "fusionflow/solver/trajectory.hpp"
#include "fusionflow/validation/figures/figure.hpp"

namespace fusionflow::validation {

/// How a path is drawn: theory as lines, flows dashed, networks as markers.
enum class path_style { line, dashed, markers };

struct drawn_path {
    std::string label;  ///< "reduced flow", "network (balanced, H = 20)"
    path_style style = path_style::line;
    solver::trajectory path;
};

/// Paths that are compared, and the times that formulas predict for them.
struct path_panel {
    std::string title{};  ///< "L = 4, fused at 2"
    std::vector<drawn_path> paths{};
    std::vector<double> marks{};  ///< predicted times; infinite: never
};

/// Loss above and |W_m| below over time, with the predicted times as thin vertical lines. A mark
/// is left out if it would make the axis 1.5 times as long as the paths, or longer.
///
/// \param panels  1 ... 8, side by side in rows of at most four. They share the ends of their axes
///                of loss and of |W_m|, all of which begin at 0.
/// \see tests/validation/path_figure_test.cpp
[[nodiscard]] figure path_figure(const std::vector<path_panel>& panels,
                                 const std::string& time_label = "time t (τ)");

}  // namespace fusionflow::validation
