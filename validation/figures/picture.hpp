#pragma once

#include <string>

// Pictures as gnuplot draws them, made fit to be kept.
namespace fusionflow::validation {

/// Why a picture is not a whole file of its format; empty where it is one.
///
/// It checks the beginning and the end, that all elements of an SVG end, the checksums of a PNG,
/// and the place of the table of a PDF. It does not notice numbers missing in an SVG's curve.
///
/// \param format  "svg", "png" or "pdf".
[[nodiscard]] std::string damage_of(const std::string& picture, const std::string& format);

/// A whole picture without what is of no use to people or differs from run to run: titles of curves
/// that gnuplot made up ("gnuplot_plot_1", "$path_0 using 1:2"), and the time of day in a PDF. An
/// SVG becomes well-formed where gnuplot forgets it (`]]>` in texts).
[[nodiscard]] std::string cleaned(std::string picture, const std::string& format);

}  // namespace fusionflow::validation
