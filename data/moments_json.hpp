#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::data {

/// Reads moments from a JSON object of exactly these keys:
///
///     {"names": ["A","B"], "dims": [1,1], "covariance": [[4,1],[1,1]], "correlation": [5,2],
///      "target_power": 7}
///
/// Means are read from a key `mean`, {"inputs": [0.5,2], "targets": [1]}; where a key `prepared`
/// says `centered` or `standardized` they are zero. A key `provenance` is allowed and passed over,
/// and so are the other keys that files of samples add (data/readers/sample_summary.hpp).
///
/// \param text    The JSON text.
/// \param source  What errors call the text, a file name as a rule.
/// \throws input_error  with `source` as its field: not JSON (line and column), a key missing,
///                      unknown or twice, a value of the wrong kind, or a rule of `moments` broken.
[[nodiscard]] moments parse_moments(std::string_view text, const std::string& source);

/// As parse_moments(), from a file of at most 1 GiB. \throws input_error naming the file.
[[nodiscard]] moments read_moments(const std::filesystem::path& file);

/// The JSON text that parse_moments reads back to the same digits.
///
/// \param more  Entries to put after them, each with a comma before it: `,\n  "samples": 3`.
[[nodiscard]] std::string format_moments(const moments& m, const std::string& more = {});

}  // namespace fusionflow::data
