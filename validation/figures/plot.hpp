#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fusionflow/solver/trajectory.hpp"

namespace fusionflow::validation {

/// How a curve is drawn: theory as lines, flows dashed, networks as markers.
enum class curve_style { line, dashed, markers };

/// A trajectory in a panel.
struct curve {
    std::string label;  ///< "reduced flow", "network (balanced, H = 20)"
    curve_style style = curve_style::line;
    solver::trajectory path;
};

/// One column of a figure: loss above, |W_m| below, over the same time axis.
struct panel {
    std::string title;  ///< "L = 4, fused at 2"
    std::vector<curve> curves;
    std::vector<double> marks;  ///< predicted times, drawn as thin vertical lines; may be empty
};

struct figure {
    std::vector<panel> panels;  ///< 1 ... 8, side by side in rows of at most four
    std::string provenance;     ///< one line: the description of an SVG file, small print in others
    std::string time_label = "time t (τ)";
};

/// Refuses what could not be drawn, before anything is computed.
///
/// \throws data::input_error naming plot: an ending other than .svg, .png or .pdf, not writable, or
///         no gnuplot.
void check_plot_file(const std::filesystem::path& file);

/// Draws a figure with gnuplot: axes with units (time in tau, loss in target squared), colours of
/// the Okabe-Ito set, which keep apart in greyscale, and a marker of its own for each modality.
///
/// \param file  Ends in .svg, .png or .pdf; written only when the drawing succeeded.
/// \throws data::input_error naming plot, as check_plot_file(), or gnuplot failed.
/// \see  tests/validation/plot_test.cpp
void draw(const figure& fig, const std::filesystem::path& file);

/// The gnuplot script of a figure, data included (what draw() runs).
[[nodiscard]] std::string gnuplot_script(const figure& fig, const std::filesystem::path& file);

}  // namespace fusionflow::validation
