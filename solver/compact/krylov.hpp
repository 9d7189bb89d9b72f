#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "fusionflow/solver/networks/network.hpp"

namespace fusionflow::solver {

/// Orthonormal bases of a network's hidden spaces that grow from the whole input spaces upward and
/// from the outputs downward. One round applies every W and every W^T once to the vectors that the
/// bases have so far and adds what is new. The matrices B_j^T W_j B_{j-1} are a small network with
/// nearly the same W_m(t) under gradient flow and gradient descent, and with the very same once the
/// bases are closed (docs/theory.md#compressed-networks). The biases of a hidden space are a vector
/// that its basis begins with; then the same holds for networks with biases.
///
/// Derived classes supply the matrices: network_compression has them, network_sampler draws their
/// entries as they are needed.
class krylov_growth {
public:
    krylov_growth(const krylov_growth&) = delete;
    krylov_growth& operator=(const krylov_growth&) = delete;
    virtual ~krylov_growth() = default;

    /// Grows the bases by one round.
    void grow();
    [[nodiscard]] int rounds() const noexcept { return static_cast<int>(sizes_.size()) - 1; }

    /// Rounds until every hidden space is reached from the inputs or the outputs.
    [[nodiscard]] int least_rounds() const;

    /// True where the network of `rounds` rounds is exact: one more adds nothing to it.
    ///
    /// \param rounds  0 ... rounds() - 1.
    [[nodiscard]] bool closed_at(int rounds) const;

    /// The small network after `rounds` rounds. Its layers are the top left corners of those after
    /// more rounds. A hidden space that nothing reaches keeps one unit.
    ///
    /// \param rounds  0 ... rounds().
    /// \throws data::input_error naming width, as network_shape.
    [[nodiscard]] weighted_network network(int rounds) const;

    /// An upper bound on the number of weights of network(rounds), found without growing.
    [[nodiscard]] double most_weights(int rounds) const;

protected:
    /// \param dims    D_m.
    /// \param hidden  Widths of the network that is made small.
    krylov_growth(const std::vector<int>& dims, const hidden_widths& hidden, Eigen::Index outputs);

    /// To be called by derived classes once each hidden space has the direction of its biases in
    /// its basis: the small networks have biases from then on.
    void start_with_biases();
    /// The spaces with biases in the order of network_shape::size_with_biases().
    [[nodiscard]] std::vector<std::size_t> biased_spaces() const;
    /// The space where branches meet; in late fusion the output.
    [[nodiscard]] std::size_t meeting_space() const {
        return trunk_spaces_.empty() ? links_.back().above : trunk_spaces_.front();
    }

    /// From now on each round applies the first layer of modality m to that many further inputs, or
    /// to whatever raise() takes for them; without a call to all of them at once.
    ///
    /// \param portions  M numbers >= 1. To be called before any round.
    void take_inputs_by(const std::vector<Eigen::Index>& portions);

    struct space {
        Eigen::Index units;  ///< dimension
        Eigen::Index known;  ///< basis vectors so far; inputs and outputs: all units
        bool hidden;
        [[nodiscard]] bool full() const noexcept { return known == units; }
    };

    /// A layer between two spaces. Links are in the order of network_shape: branches, then trunk.
    struct link {
        std::size_t below;
        std::size_t above;
        Eigen::Index raised = 0;   ///< vectors of the space below that W was applied to
        Eigen::Index lowered = 0;  ///< vectors of the space above that W^T was applied to
    };

    [[nodiscard]] std::vector<space>& spaces() noexcept { return spaces_; }
    [[nodiscard]] const std::vector<space>& spaces() const noexcept { return spaces_; }
    [[nodiscard]] std::vector<link>& links() noexcept { return links_; }
    [[nodiscard]] const std::vector<link>& links() const noexcept { return links_; }

private:
    /// Applies W to the vectors link.raised ... count-1 of the space below, adds what is new to the
    /// basis above, and sets link.raised to count.
    virtual void raise(std::size_t l, Eigen::Index count) = 0;
    /// The same downwards, with W^T and link.lowered.
    virtual void lower(std::size_t l, Eigen::Index count) = 0;
    virtual void finish_round() {}
    /// The biases of a space towards its first basis vectors, `count` numbers. Called only after
    /// start_with_biases().
    [[nodiscard]] virtual Eigen::VectorXd bias(std::size_t s, Eigen::Index count) const = 0;
    /// The layer between the first basis vectors of its two spaces, rows x cols.
    [[nodiscard]] virtual Eigen::MatrixXd corner(std::size_t l, Eigen::Index rows,
                                                 Eigen::Index cols) const = 0;

    [[nodiscard]] std::vector<Eigen::Index> known() const;
    [[nodiscard]] Eigen::Index size_at(int rounds, std::size_t s) const;
    // How many vectors of a space a round applies the layers next to it to.
    [[nodiscard]] Eigen::Index applied(std::size_t s, Eigen::Index known, int round) const;

    std::vector<int> dims_;
    Eigen::Index outputs_;
    bool biased_ = false;
    std::vector<std::vector<std::size_t>> branch_spaces_;  // indices of hidden spaces
    std::vector<std::size_t> trunk_spaces_;
    std::vector<space> spaces_;
    std::vector<link> links_;
    std::vector<Eigen::Index> portions_;            // per space; 0: all vectors at once
    std::vector<std::vector<Eigen::Index>> sizes_;  // sizes of all bases after each round
};

}  // namespace fusionflow::solver
