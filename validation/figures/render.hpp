#pragma once

#include <filesystem>
#include <string>

#include "fusionflow/validation/figures/figure.hpp"

// Turns figures into pictures. Only this file decides what they look like and writes gnuplot
// scripts.
namespace fusionflow::validation {

/// The gnuplot script of a figure, data included.
///
/// Rows of panels are filled evenly: five panels of at most four columns stand three above two. A
/// group of the legend that is wider than the picture takes several lines. A dense curve leaves out
/// points that are closer to the last one drawn than 0.5 % of both axes (5 % for markers without a
/// line); its first point is always drawn, and so is the last one of a line.
///
/// \param format  "svg", "png" or "pdf".
/// \see tests/validation/render_test.cpp
[[nodiscard]] std::string gnuplot_script(const figure& fig, const std::string& format);

/// The picture of a figure, drawn by gnuplot, as bytes. An SVG says the title and the description
/// to readers who cannot see it.
///
/// \param format  "svg", "png" or "pdf".
/// \throws data::input_error naming plot: no gnuplot, or gnuplot failed.
[[nodiscard]] std::string render(const figure& fig, const std::string& format);

/// Refuses what could not be drawn, before anything is computed.
///
/// \throws data::input_error naming plot: an ending other than .svg, .png or .pdf, not writable, or
///         no gnuplot.
void check_plot_file(const std::filesystem::path& file);

/// Writes the picture of a figure to a file, once the drawing has succeeded.
///
/// \param file  Ends in .svg, .png or .pdf.
/// \throws data::input_error naming plot, as check_plot_file() and render().
void draw(const figure& fig, const std::filesystem::path& file);

}  // namespace fusionflow::validation
