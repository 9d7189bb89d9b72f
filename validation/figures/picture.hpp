#pragma once

#include <string>

// Pictures as gnuplot draws them, made fit to be kept.
namespace fusionflow::validation {

/// Why a picture is not a whole file of its format; empty where it is one.
///
/// Begin and end are looked at, elements of an SVG that do not end, checksums of a PNG, and the
/// place of the table of a PDF. Numbers that are missing inside of a curve of an SVG are not seen.
///
/// \param format  "svg", "png" or "pdf".
[[nodiscard]] std::string damage_of(const std::string& picture, const std::string& format);

/// A whole picture without what gnuplot and its libraries put in that is of no use to people or
/// differs from run to run: titles of curves that are names of its own ("gnuplot_plot_1", "$path_0
/// using 1:2"), the time of day in a PDF; and well-formed where gnuplot forgets it (`]]>` in texts
/// of an SVG).
[[nodiscard]] std::string cleaned(std::string picture, const std::string& format);

}  // namespace fusionflow::validation
