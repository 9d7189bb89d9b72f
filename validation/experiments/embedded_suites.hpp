#pragma once

#include <span>
#include <string_view>

namespace fusionflow::validation {

/// A file of validation/suites, built into the program.
struct embedded_suite {
    std::string_view name;  ///< of the file, without .toml
    std::string_view text;
};

[[nodiscard]] std::span<const embedded_suite> embedded_suites();

}  // namespace fusionflow::validation
