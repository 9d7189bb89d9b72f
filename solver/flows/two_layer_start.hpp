#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::solver {

/// True for two-layer early fusion: branches of one layer, a trunk of one.
[[nodiscard]] bool two_layer_early(const theory::architecture& arch);

/// True where the exact two-layer flow holds: late or early fusion at two layers on every path.
[[nodiscard]] bool has_two_layers(const theory::architecture& arch);

/// \throws data::input_error naming exact where has_two_layers() is false.
void require_two_layers(const theory::architecture& arch);

/// Initial weights of a two-layer network, as far as its total weights W(t) depend on them: the
/// start of the exact flow (docs/theory.md#exact-two-layer).
///
/// The network falls into blocks that share hidden units: in late fusion one per modality, in early
/// fusion one with all of them. The weights Theta = [W1^T; w2] of a block, (D_b+1) x H for its D_b
/// inputs, act through Q = Theta Theta^T alone; here they are kept as a square root F of Q,
///
///     Q = F F^T,   F (D_b+1) x r,   r <= min(H, D_b+1).
///
/// \see tests/solver/two_layer_start_test.cpp
class two_layer_start {
public:
    /// Modalities first ... first+count-1, and F^T: r x (D_b+1), a column per input, output last.
    struct block {
        int first;
        int count;
        Eigen::MatrixXd weights;
    };

    /// From a network's own weights: Theta = F O with orthonormal rows in O, F lower-trapezoidal. F
    /// is the same network seen in a rotated hidden space, so nothing is lost.
    ///
    /// \param weights     shape.size() numbers.
    /// \param keeps_signs True for balanced and aligned weights. \see flow::keeps_signs
    /// \throws data::input_error naming exact if the network is not two layers, late or early.
    [[nodiscard]] static two_layer_start from_network(const network_shape& shape,
                                                      const state& weights, bool keeps_signs);

    /// From the weights that networks of this scheme, width and seed are drawn with.
    ///
    /// \throws data::input_error as from_network(), network_shape and init.validate().
    [[nodiscard]] static two_layer_start drawn(const data::moments& moments,
                                               const theory::architecture& arch,
                                               const theory::initialisation& init,
                                               std::uint64_t seed);

    /// From the expected Gram matrices E[Q] of the scheme, which stand for all draws: late as
    /// theory::expected_grams(), early (D inputs, u_f^2 = sum_m u_m^2 + c, stacked directions d_m)
    ///
    ///     balanced:      (u_1 d_1; ...; u_M d_M; u_f)(same)^T
    ///     gaussian:      M u0^2 diag(1/D, ..., 1/D, 1)
    ///     gaussian-iid:  H u0^2 I
    ///
    /// \throws data::input_error as from_network() and init.validate().
    [[nodiscard]] static two_layer_start expected(const data::moments& moments,
                                                  const theory::architecture& arch,
                                                  const theory::initialisation& init);

    /// \throws data::input_error naming exact if it is the start of another kind of network.
    void match(const theory::architecture& arch) const;

    /// True where the blocks are those of these modalities.
    [[nodiscard]] bool fits(const data::moments& moments) const;

    [[nodiscard]] const std::vector<block>& blocks() const noexcept { return blocks_; }
    [[nodiscard]] bool keeps_signs() const noexcept { return keeps_signs_; }

private:
    explicit two_layer_start(bool keeps_signs) : keeps_signs_(keeps_signs) {}

    std::vector<block> blocks_;
    bool keeps_signs_;
};

}  // namespace fusionflow::solver
