#pragma once

#include <string>

namespace fusionflow::validation {

/// Runs gnuplot, without a shell, without files, and without what the user's environment and
/// start-up files say of it.
///
/// \param script  What gnuplot should do; it draws one picture to its standard output.
/// \param format  Of the picture: "svg", "png" or "pdf".
/// \return        The picture, as bytes; the same script gives the same bytes. An SVG is
///                well-formed whatever its texts are. \see cleaned()
/// \throws data::input_error naming plot: no gnuplot, gnuplot failed (with its message), or the
///         picture is not whole.
/// \see tests/validation/gnuplot_test.cpp
[[nodiscard]] std::string run_gnuplot(const std::string& script, const std::string& format);

/// Refuses where no picture of this format could be drawn, before anything is computed.
///
/// \throws data::input_error naming plot, as run_gnuplot().
void check_gnuplot(const std::string& format);

/// The command that opens a picture: svg in pixels, png at twice as many, for the screens of today,
/// and pdf in inches.
///
/// \param width, height  Pixels, 96 to the inch.
/// \param format         "svg", "png" or "pdf".
[[nodiscard]] std::string terminal(int width, int height, const std::string& format);

/// Text as gnuplot's quoted string: what data::printable() does not let through made spaces, all
/// but letters and digits written as octal numbers, so that nothing in it can be taken for a
/// command.
[[nodiscard]] std::string gnuplot_word(const std::string& text);

}  // namespace fusionflow::validation
