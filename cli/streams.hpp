#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/cli/arguments.hpp"

// The one way in which the program prints. Nothing here throws because a stream is closed or full:
// what happened to standard output is asked for once, at the end; what happens to standard error
// changes nothing.
namespace fusionflow::cli {

/// Opens what the program was started without (stdin, stdout or stderr closed), so that no file it
/// opens takes their places: reading and writing fail there as before.
void keep_standard_streams_apart() noexcept;

/// To standard output, for people: data::printable() but for the ends of lines.
void print_text(std::string_view text);

/// To standard output, text that is JSON: control characters in it become \u00xx.
void print_json(std::string_view text);

/// A line to standard error, data::printable().
void say(std::string_view line);
/// `fusionflow: ` and a line that an error is; any text, without allocating.
void say_error(std::string_view line) noexcept;
/// To standard error, as it is: for lines that are written over.
void say_as_it_is(std::string_view bytes) noexcept;

/// Writes out what is left of standard output.
///
/// \return  0, or the error number of the first thing that could not be written.
[[nodiscard]] int finish_standard_output() noexcept;

/// To stderr, one line each, unless --quiet.
void print_warnings(const arguments& given, const std::vector<std::string>& warnings);

}  // namespace fusionflow::cli
