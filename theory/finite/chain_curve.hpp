#pragma once

#include <vector>

namespace fusionflow::theory {

/// The path of an aligned chain of layers under a constant residual. One layer x starts at zero,
/// the others at c_j > 0; gradient flow conserves the differences of their squares, so that they
/// are sqrt(c_j^2 + x^2), and
///
///     phi(x) = int_0^x dx' / prod_j sqrt(c_j^2 + x'^2)
///
/// grows at the constant rate |E|. Places on the curve are given by q, x = unit sinh q.
///
/// \see docs/width-law.md#chain; tests/theory/chain_curve_test.cpp
class chain_curve {
public:
    /// \param others  c_j, at least one, each finite and > 0.
    /// \param unit    Unit of x, at most the least of the others, which is also the default (0).
    ///                Details of the curve at smaller x are not resolved.
    explicit chain_curve(std::vector<double> others, double unit = 0);

    /// x at a place.
    [[nodiscard]] double size(double q) const;
    /// The place where the layer has a size x >= 0.
    [[nodiscard]] double place_of_size(double x) const;
    /// d phi / dq.
    [[nodiscard]] double slope(double q) const;
    /// phi at a place, 0 ... end().
    [[nodiscard]] double reached(double q) const;
    /// The place at which phi is reached, 0 ... phi(end()).
    [[nodiscard]] double place(double phi) const;
    /// phi up to where x is 1e17 times the largest of the others. With two others or more that is
    /// phi(infinity), the blow-up: pi/(2 agm(c_1, c_2)) for two.
    [[nodiscard]] double total() const { return edges_.back(); }
    /// True where phi stays finite however large x is: two others or more.
    [[nodiscard]] bool blows_up() const { return others_.size() >= 2; }
    /// The last place.
    [[nodiscard]] double end() const;

private:
    [[nodiscard]] double panel(double from, double to) const;

    std::vector<double> others_;  // ascending
    double unit_;
    std::vector<double> edges_;  // phi at multiples of the panel width
};

}  // namespace fusionflow::theory
