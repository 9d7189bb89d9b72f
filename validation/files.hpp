#pragma once

#include <string>

namespace fusionflow::validation {

/// Refuses a file that could not be written, before anything is computed.
///
/// \param option  Name of the option that gave the file.
/// \throws data::input_error naming the option.
void check_writable(const std::string& option, const std::string& file);

/// Writes a file as a whole: under another name first, then renamed, so that neither an error nor
/// an interruption leaves half a file or loses the one that was there.
///
/// \throws data::input_error naming the option.
void write_file(const std::string& option, const std::string& file, const std::string& text);

}  // namespace fusionflow::validation
