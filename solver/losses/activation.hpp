#pragma once

#include <string>

namespace fusionflow::solver {

/// z for z > 0, slope z otherwise, after every layer but the last.
struct activation {
    double slope = 1;  ///< 1: linear, 0: ReLU; >= 0, finite

    [[nodiscard]] bool is_linear() const noexcept { return slope == 1; }
    /// \throws data::input_error naming activation: slope < 0 or not finite.
    void validate() const;
};

/// `linear`, `relu` or `leaky:A`.
[[nodiscard]] std::string to_string(const activation& a);
/// \throws data::input_error naming activation.
[[nodiscard]] activation parse_activation(const std::string& text);

}  // namespace fusionflow::solver
