#pragma once

#include "fusionflow/solver/compact/krylov.hpp"

namespace fusionflow::solver {

/// Makes a network smaller: keeps its weights between orthonormal bases of its hidden spaces, which
/// have a few vectors each.
///
///     W~_j = B_j^T W_j B_{j-1}
///
/// A round multiplies each layer with its new vectors, upwards and downwards; no product of two
/// layers is formed. Vectors are made orthogonal by Gram-Schmidt, twice. A remainder of at most
/// 1e-14 of its layer's Frobenius norm is dropped, which changes the layer by less than rounding of
/// its products. A larger one is kept even if it is rounding: one more vector does no harm.
///
/// The network may have biases (weighted_network); those of a hidden space that are not zero are
/// the first vector of its basis.
///
/// \see docs/theory.md#compressed-networks; tests/solver/compression_test.cpp
class network_compression final : public krylov_growth {
public:
    explicit network_compression(weighted_network full);

    /// From now on each round takes a few of these directions of the inputs of each modality, in
    /// place of all inputs in the first one. To be called before any round, without biases.
    ///
    /// \param directions  Per modality an orthogonal D_m x D_m matrix.
    /// \param portion     How many columns of each in a round, >= 1.
    void lead(std::vector<Eigen::MatrixXd> directions, Eigen::Index portion);

    /// Largest entry of |B_s^T B_s - I| over all bases, which is rounding.
    [[nodiscard]] double orthogonality_error() const;

private:
    void raise(std::size_t l, Eigen::Index count) override;
    void lower(std::size_t l, Eigen::Index count) override;
    [[nodiscard]] Eigen::VectorXd bias(std::size_t s, Eigen::Index count) const override;
    [[nodiscard]] Eigen::MatrixXd corner(std::size_t l, Eigen::Index rows,
                                         Eigen::Index cols) const override;

    void take_biases();
    void absorb(std::size_t s, const Eigen::MatrixXd& candidates, double least);

    weighted_network full_;
    std::vector<layer> layers_;             // one per link
    std::vector<Eigen::MatrixXd> bases_;    // one per space; columns beyond `known` are not used
    std::vector<Eigen::MatrixXd> leading_;  // one per space; empty where inputs come as they are
    std::vector<Eigen::VectorXd> biases_;   // one per space, empty for inputs and without biases
};

}  // namespace fusionflow::solver
