#include "fusionflow/solver/activations/activation.hpp"

#include <algorithm>

namespace fusionflow::solver {

namespace {

// The function without a number that has this slope below zero; else the one that takes a number.
data::chosen<activation_function> with_slope(double slope) {
    const auto all = activations().all;
    const auto has_slope = [slope](const activation_function* f) {
        const bool gated = f->slope_below != nullptr;
        return gated && (!f->parameter.letter.empty() || f->slope_below(slope) == slope);
    };
    return {*std::find_if(all.begin(), all.end(), has_slope), slope};
}

}  // namespace

activation::activation(double slope) : chosen(with_slope(slope)) {}

std::string to_string(const activation& a) {
    return data::spelled(a.kind->name, a.kind->parameter, a.number);
}

activation parse_activation(const std::string& text) {
    const activation parsed(activations().parse(text));
    return parsed.is_gated() ? activation(parsed.slope()) : parsed;
}

}  // namespace fusionflow::solver
