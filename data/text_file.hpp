#pragma once

#include <filesystem>
#include <string>

namespace fusionflow::data {

/// The content of a file, a pipe or a device, at most 1 GiB; `-` names standard input.
///
/// \throws input_error  with the file as its field: it is a directory, is larger, cannot be opened
///         (with the reason), or cannot be read.
/// \see tests/data/moments_json_test.cpp
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

}  // namespace fusionflow::data
