#pragma once

#include <string>

namespace fusionflow::validation {

/// Runs gnuplot, without a shell and without the user's start-up files.
///
/// \param script  What gnuplot should do; it draws to its standard output.
/// \return        The picture, as bytes.
/// \throws data::input_error naming plot: no gnuplot, or gnuplot failed (with its message).
[[nodiscard]] std::string run_gnuplot(const std::string& script);

/// Text as gnuplot's quoted string: control characters made spaces, all but letters and digits
/// written as octal numbers, so that nothing in it can be taken for a command.
[[nodiscard]] std::string gnuplot_word(const std::string& text);

}  // namespace fusionflow::validation
