#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/cli/arguments.hpp"

// The one way in which the program prints. Nothing here throws because a stream is closed or full.
// Failures of standard output are asked for once, at the end; those of standard error are ignored.
namespace fusionflow::cli {

/// Fills the places of standard streams that were closed at the start, so that no file that is
/// opened later takes them. Reading and writing still fail there.
void keep_standard_streams_apart() noexcept;

/// Prints to standard output, for people: data::printable() except for the ends of lines.
void print_text(std::string_view text);

/// Prints JSON to standard output; control characters in it become \u00xx.
void print_json(std::string_view text);

/// Prints a line to standard error: data::printable().
void say(std::string_view line);
/// Prints `fusionflow: ` and the line of an error to standard error, even if memory has run out.
void say_error(std::string_view line) noexcept;
/// Prints bytes to standard error as they are, for lines that are written over.
void say_as_it_is(std::string_view bytes) noexcept;

/// Writes out what is left of standard output.
///
/// \return  0, or the error number of the first thing that could not be written.
[[nodiscard]] int finish_standard_output() noexcept;

/// Prints warnings to standard error, one line each, unless --quiet.
void print_warnings(const arguments& given, const std::vector<std::string>& warnings);

}  // namespace fusionflow::cli
