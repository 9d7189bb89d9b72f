#include "fusionflow/solver/losses/sample_options.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"

namespace fusionflow::solver {

namespace {

constexpr auto named_slopes =
    std::to_array<std::pair<std::string_view, double>>({{"linear", 1}, {"relu", 0}});
constexpr std::string_view leaky = "leaky:";

}  // namespace

std::string to_string(const activation& a) {
    for (const auto& [name, slope] : named_slopes) {
        if (a.slope == slope) {
            return std::string(name);
        }
    }
    return fmt::format("{}{}", leaky, a.slope);
}

activation parse_activation(const std::string& text) {
    for (const auto& [name, slope] : named_slopes) {
        if (text == name) {
            return {slope};
        }
    }
    activation parsed;
    if (text.starts_with(leaky)) {
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data() + leaky.size(), end, parsed.slope);
        if (read.ec == std::errc() && read.ptr == end && parsed.slope >= 0 &&
            std::isfinite(parsed.slope)) {
            return parsed;
        }
    }
    throw data::input_error(
        "activation",
        fmt::format("need linear, relu or leaky:A with finite A >= 0, got '{}'", text));
}

void sample_options::validate() const {
    data::need(units.slope >= 0 && std::isfinite(units.slope), "activation",
               "need a finite slope >= 0, got {}", units.slope);
    data::need(batch >= 0, "batch", "need at least 1, got {}", batch);
}

}  // namespace fusionflow::solver
