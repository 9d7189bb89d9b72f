#pragma once

#include <optional>
#include <string_view>

namespace fusionflow::solver {

/// What stands for a drawn network.
enum class representation {
    full,        ///< its own weights
    compressed,  ///< its weights between a few vectors of each hidden space
    sampled,     ///< such a compressed network, drawn directly: any width
};

/// \throws data::input_error naming representation.
[[nodiscard]] representation parse_representation(std::string_view name);
[[nodiscard]] std::string_view to_string(representation r);

/// How small a compressed or sampled network is made.
struct compression_options {
    std::optional<int> rounds{};  ///< 1 ... 1000; absent: as many as `accuracy` takes
    double accuracy = 1e-6;       ///< wanted, of W_m(t) relative to its largest norm; 1e-10 ... 0.1
    /// Train the network of one more round beside it, which tells the error. Needed without rounds.
    bool estimate = true;

    /// \throws data::input_error naming rounds, accuracy or no-estimate.
    void validate() const;
};

}  // namespace fusionflow::solver
