#pragma once

#include <filesystem>
#include <string>

namespace fusionflow::data {

/// The content of a file, a pipe or a device, at most 1 GiB; of `-` that of standard input.
///
/// \throws input_error  with the file as its field: a directory, larger, or it cannot be opened or
///         read, with the reason.
/// \see tests/data/moments_json_test.cpp
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

}  // namespace fusionflow::data
