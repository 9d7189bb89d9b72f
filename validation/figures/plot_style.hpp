#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fusionflow/validation/figures/plot_layout.hpp"

// What all figures look like: pieces of gnuplot scripts.
namespace fusionflow::validation {

/// Okabe and Ito's set, the darkest and the lightest first, so that two differ in grey; black last.
[[nodiscard]] const char* plot_colour(std::size_t index);
/// Numbers of gnuplot's point types: shapes that are told apart, as outlines or filled.
[[nodiscard]] int open_marker(std::size_t index);
[[nodiscard]] int filled_marker(std::size_t index);

/// `set terminal`: svg in pixels; png at twice as many, for the screens of today; pdf in inches.
///
/// \param width, height  Pixels, 96 to the inch.
/// \param format         svg, png or pdf.
[[nodiscard]] std::string plot_terminal(int width, int height, const std::string& format);

/// Begins a figure of several plots without keys, axes in grey.
[[nodiscard]] std::string begin_plots();
/// Where the next plot stands.
[[nodiscard]] std::string set_frame(const plot_frame& frame);

/// Begins the legend: plots without axes whose key is all there is to see.
[[nodiscard]] std::string begin_legend();
/// A line of it. \param entries  `NaN with ... title ...` each; none: no line.
/// \param height  Of its middle, as a part of the figure's.
[[nodiscard]] std::string legend_line(const std::vector<std::string>& entries, double height);

}  // namespace fusionflow::validation
