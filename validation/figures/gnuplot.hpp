#pragma once

#include <string>

namespace fusionflow::validation {

/// Runs gnuplot without a shell, without files, and without the settings for it in the user's
/// environment and start-up files.
///
/// \param script  What gnuplot should do; it draws one picture to its standard output.
/// \param format  Of the picture: "svg", "png" or "pdf".
/// \return        The picture, as bytes; the same script gives the same bytes. An SVG is
///                well-formed whatever its texts are. \see cleaned()
/// \throws data::input_error naming plot: no gnuplot, gnuplot failed (with its message), or the
///         picture is not whole.
/// \see tests/validation/gnuplot_test.cpp
[[nodiscard]] std::string run_gnuplot(const std::string& script, const std::string& format);

/// Refuses a format of which no picture could be drawn, before anything is computed.
///
/// \throws data::input_error naming plot, as run_gnuplot().
void check_gnuplot(const std::string& format);

/// The command that opens a picture: svg in pixels, png at twice as many, for the screens of today,
/// and pdf in inches.
///
/// \param width, height  Pixels, 96 to the inch.
/// \param format         "svg", "png" or "pdf".
[[nodiscard]] std::string terminal(int width, int height, const std::string& format);

/// Text as a quoted string of gnuplot. What data::printable() does not let through becomes spaces,
/// and ASCII other than letters, digits and spaces becomes octal escapes, so that gnuplot takes
/// nothing in it for a command.
[[nodiscard]] std::string gnuplot_word(const std::string& text);

}  // namespace fusionflow::validation
