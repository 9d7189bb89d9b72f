#pragma once

#include <cstdint>

#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/compact/krylov.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::solver {

/// Draws the small network that network_compression would make of a drawn one: with the same
/// distribution, at any width, at a cost that does not depend on the width.
///
/// Between orthonormal bases a layer of independent N(0, sd^2) entries has independent N(0, sd^2)
/// entries again, so entries are drawn when they are first needed. Applying W to a basis vector x
/// fixes all of W x: its entries towards the r known vectors of the space above, and a remainder of
/// length sd * chi_{H-r}, whose direction becomes that space's next basis vector. Its entries
/// towards later vectors are zero.
///
/// Schemes of uniform entries are drawn with normal ones of the same variance, to which their
/// projections tend at large widths. Biases that are drawn have no say in the weights: their
/// direction is the first vector of their space, their length sd * chi_H.
///
/// \see docs/theory.md#sampled-networks; tests/solver/sampled_test.cpp
class network_sampler final : public krylov_growth {
public:
    /// \param dims    D_m.
    /// \param hidden  1 ... 1e12 each.
    /// \param init    A scheme of independent entries, and u0.
    /// \param seed    Any; draw_weights() draws another network from the same seed.
    /// \throws data::input_error naming scheme for the balanced one, whose weights are not
    ///         independent.
    network_sampler(const std::vector<int>& dims, const hidden_widths& hidden, Eigen::Index outputs,
                    const theory::initialisation& init, std::uint64_t seed);

private:
    void raise(std::size_t l, Eigen::Index count) override;
    void lower(std::size_t l, Eigen::Index count) override;
    void finish_round() override;
    [[nodiscard]] Eigen::VectorXd bias(std::size_t s, Eigen::Index count) const override;
    [[nodiscard]] Eigen::MatrixXd corner(std::size_t l, Eigen::Index rows,
                                         Eigen::Index cols) const override;

    [[nodiscard]] Eigen::Block<Eigen::MatrixXd> entries(std::size_t l);
    void reveal(std::size_t l, double& entry);
    void add_vector(std::size_t s);

    data::random_source random_;
    void draw_biases(const theory::initialisation& init, double fusing_columns);

    std::vector<double> deviations_;  // sd of the entries, one per link
    // One per space: length of the biases, the first vector of a hidden space's basis.
    std::vector<double> bias_lengths_;
    Eigen::VectorXd output_biases_;
    // One matrix per link, above.known x below.known with room to spare; NaN: not drawn yet.
    std::vector<Eigen::MatrixXd> entries_;
};

}  // namespace fusionflow::solver
