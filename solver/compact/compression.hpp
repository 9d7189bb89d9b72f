#pragma once

#include "fusionflow/solver/compact/krylov.hpp"

namespace fusionflow::solver {

/// Makes a network smaller: its weights between orthonormal bases of its hidden spaces, a few
/// vectors each.
///
///     W~_j = B_j^T W_j B_{j-1}
///
/// The work of a round is one product of each layer with its new vectors; no product of two layers
/// is formed. Vectors are made orthogonal by Gram-Schmidt, twice. A remainder of at most 1e-14 of
/// its layer's Frobenius norm is dropped: that is to change the layer by so little, which is within
/// what its products are rounded by; what lies above is kept, even if it is rounding, for one more
/// orthonormal vector does no harm.
///
/// \see docs/theory.md#compressed-networks; tests/solver/compression_test.cpp
class network_compression final : public krylov_growth {
public:
    explicit network_compression(weighted_network full);

    /// B_s^T B_s - I of all bases, the largest entry: rounding.
    [[nodiscard]] double orthogonality_error() const;

private:
    void raise(std::size_t l, Eigen::Index count) override;
    void lower(std::size_t l, Eigen::Index count) override;
    [[nodiscard]] Eigen::MatrixXd corner(std::size_t l, Eigen::Index rows,
                                         Eigen::Index cols) const override;

    void absorb(std::size_t s, const Eigen::MatrixXd& candidates, double least);

    weighted_network full_;
    std::vector<layer> layers_;           // of the links
    std::vector<Eigen::MatrixXd> bases_;  // of the spaces; columns beyond `known` are not used
};

}  // namespace fusionflow::solver
