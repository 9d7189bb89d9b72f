#pragma once

#include <span>
#include <string>
#include <string_view>

#include "fusionflow/data/named_list.hpp"

namespace fusionflow::solver {

/// A function phi of hidden units. Each is defined in a file of its own in solver/activations/ and
/// listed in solver/activations/activations.cpp, and nowhere else.
///
/// It has either `slope_below` or `bend`: networks apply the former inside their products.
struct activation_function {
    std::string_view name;                 ///< as in `--activation`
    std::string_view about;                ///< one line
    data::named_parameter parameter = {};  ///< the A of `leaky:A`
    /// For phi(z) = z where z > 0 and a multiple of z elsewhere: that multiple, >= 0.
    double (*slope_below)(double number) = nullptr;
    /// For other functions: replaces each z by phi(z) and writes phi'(z) to `slopes`.
    void (*bend)(std::span<double> z, double* slopes, double number) = nullptr;
};

/// phi(z) = z.
extern const activation_function linear_units;

/// All activations.
[[nodiscard]] data::named_list<activation_function> activations();

/// The function of a network's hidden units, after every layer but the last.
struct activation : data::chosen<activation_function> {
    activation() : chosen(&linear_units) {}
    // NOLINTNEXTLINE(google-explicit-constructor): a function without a number is a choice
    activation(const chosen& which) : chosen(which) {}
    /// z for z > 0 and slope z otherwise: linear for 1, ReLU for 0, else leaky.
    // NOLINTNEXTLINE(google-explicit-constructor): a slope stands for its units
    activation(double slope);

    /// True for the units that have a slope().
    [[nodiscard]] bool is_gated() const noexcept { return kind->slope_below != nullptr; }
    /// phi(z)/z below zero; only of gated units.
    [[nodiscard]] double slope() const { return kind->slope_below(number); }
    [[nodiscard]] bool is_linear() const { return is_gated() && slope() == 1; }
};

/// `linear`, `relu`, `leaky:A`, `tanh` or `gelu`; the units of slope 1 and 0 have the first two
/// names.
[[nodiscard]] std::string to_string(const activation& a);
/// \throws data::input_error naming activation.
[[nodiscard]] activation parse_activation(const std::string& text);

}  // namespace fusionflow::solver
