#include "fusionflow/solver/losses/sample_options.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "fusionflow/data/error.hpp"

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
    if (!(units.slope >= 0 && std::isfinite(units.slope))) {
        throw data::input_error("activation",
                                fmt::format("need a finite slope >= 0, got {}", units.slope));
    }
    if (!(batch >= 0)) {
        throw data::input_error("batch", fmt::format("need at least 1, got {}", batch));
    }
}

}  // namespace fusionflow::solver
