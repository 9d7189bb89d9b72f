#pragma once

#include <cstddef>

namespace fusionflow::validation {

/// The most draws of a random network, on the command line and in suites.
inline constexpr int most_repeats = 1'000'000;

/// The most rows of a table, and runs of a suite.
inline constexpr std::size_t most_rows = 10'000'000;

/// The most further initial norms of a diagnosis.
inline constexpr std::size_t most_inits = 100;

}  // namespace fusionflow::validation
