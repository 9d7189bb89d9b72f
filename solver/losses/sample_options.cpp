#include "fusionflow/solver/losses/sample_options.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "fusionflow/data/error.hpp"

namespace fusionflow::solver {

namespace {

constexpr auto kinds =
    std::to_array<loss_kind>({loss_kind::mse, loss_kind::logistic, loss_kind::exponential});
constexpr std::string_view leaky = "leaky:";

}  // namespace

std::string_view to_string(loss_kind kind) {
    switch (kind) {
        case loss_kind::logistic: return "logistic";
        case loss_kind::exponential: return "exponential";
        case loss_kind::mse: break;
    }
    return "mse";
}

loss_kind parse_loss(std::string_view name) {
    for (const loss_kind kind : kinds) {
        if (name == to_string(kind)) {
            return kind;
        }
    }
    throw data::input_error("loss",
                            fmt::format("need mse, logistic or exponential, got '{}'", name));
}

double loss_value(loss_kind kind, double target, double output) {
    const double margin = target * output;
    switch (kind) {
        // ln(1 + e^-m) without overflow for m < 0.
        case loss_kind::logistic:
            return std::log1p(std::exp(-std::abs(margin))) + std::fmax(-margin, 0.0);
        case loss_kind::exponential: return std::exp(-margin);
        case loss_kind::mse: break;
    }
    return (target - output) * (target - output) / 2;
}

double loss_slope(loss_kind kind, double target, double output) {
    switch (kind) {
        case loss_kind::logistic: return -target / (1 + std::exp(target * output));
        case loss_kind::exponential: return -target * std::exp(-target * output);
        case loss_kind::mse: break;
    }
    return output - target;
}

std::string to_string(const activation& a) {
    if (a.is_linear()) {
        return "linear";
    }
    return a.slope == 0 ? "relu" : fmt::format("{}{}", leaky, a.slope);
}

activation parse_activation(const std::string& text) {
    if (text == "linear") {
        return {1};
    }
    if (text == "relu") {
        return {0};
    }
    activation parsed;
    const std::string_view all = text;
    if (all.starts_with(leaky)) {
        const std::string_view number = all.substr(leaky.size());
        const char* end = number.data() + number.size();
        const auto read = std::from_chars(number.data(), end, parsed.slope);
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
