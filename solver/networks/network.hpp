#pragma once

#include <Eigen/Core>
#include <iterator>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/state.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/theory/learning_rates.hpp"

namespace fusionflow::solver {

class network_shape;

/// Where a weight matrix lies in the vector of all weights (column by column).
struct layer {
    Eigen::Index rows = 0;
    Eigen::Index cols = 0;
    Eigen::Index offset = 0;
    [[nodiscard]] Eigen::Index size() const noexcept { return rows * cols; }
};

/// Units of the hidden spaces of a network.
struct hidden_widths {
    std::vector<std::vector<Eigen::Index>> branches;  ///< n_m - 1 each, from the input up
    std::vector<Eigen::Index> trunk;                  ///< p; first the space where branches meet

    /// `width` units in every hidden space.
    [[nodiscard]] static hidden_widths equal(const theory::architecture& arch, Eigen::Index width);

    /// The widths of an initialisation: init.width everywhere, or init.widths along the longest
    /// path, of which shorter branches take those next to the fusion.
    ///
    /// \throws data::input_error naming widths where their count is not the longest path's.
    [[nodiscard]] static hidden_widths of(const theory::architecture& arch,
                                          const theory::initialisation& init);

    /// The widths of a network.
    [[nodiscard]] static hidden_widths of(const network_shape& shape);

    /// Widths on the longest path (the first of equally long ones), from the input up.
    [[nodiscard]] std::vector<Eigen::Index> along_longest_path() const;
};

/// Shapes of a linear fusion network: branch m maps R^{D_m} through n_m layers, the sum of all
/// branches goes through p trunk layers; the last layer on each path ends in the outputs.
class network_shape {
public:
    /// \param dims     D_m >= 1.
    /// \param hidden   Each >= 1.
    /// \param outputs  K, targets, >= 1.
    /// \throws data::input_error naming width if the weights would need more than 8 GiB.
    network_shape(const std::vector<int>& dims, const hidden_widths& hidden,
                  Eigen::Index outputs = 1);

    /// A network with the same width everywhere.
    ///
    /// \throws data::input_error naming width, or branches where the modalities do not match.
    network_shape(const data::moments& moments, const theory::architecture& arch,
                  Eigen::Index width);

    [[nodiscard]] int count() const noexcept { return static_cast<int>(branches_.size()); }
    /// Layers of branch m, from the input up.
    [[nodiscard]] const std::vector<layer>& branch(int m) const {
        return branches_[static_cast<std::size_t>(m)];
    }
    /// Layers of the trunk, from the fusion up; empty in late fusion.
    [[nodiscard]] const std::vector<layer>& trunk() const noexcept { return trunk_; }
    /// Number of targets K.
    [[nodiscard]] Eigen::Index outputs() const {
        return (trunk_.empty() ? branches_.front() : trunk_).back().rows;
    }
    /// Number of weights.
    [[nodiscard]] Eigen::Index size() const noexcept { return size_; }
    /// Number of weights and biases. Biases follow the weights: those of each branch's hidden
    /// spaces from the input up, of the space where branches meet, of the trunk's spaces, of the
    /// output (in late fusion the output is where branches meet).
    [[nodiscard]] Eigen::Index size_with_biases() const;

private:
    std::vector<std::vector<layer>> branches_;
    std::vector<layer> trunk_;
    Eigen::Index size_ = 0;
};

/// A network: its shape and its weights, shape.size() numbers, or with its biases after them
/// shape.size_with_biases().
struct weighted_network {
    network_shape shape;
    state weights;

    [[nodiscard]] bool has_biases() const { return std::ssize(weights) > shape.size(); }
};

/// A layer's matrix inside a vector of all weights.
[[nodiscard]] inline Eigen::Map<Eigen::MatrixXd> matrix(double* weights, const layer& l) {
    return {weights + l.offset, l.rows, l.cols};
}
[[nodiscard]] inline Eigen::Map<const Eigen::MatrixXd> matrix(const double* weights,
                                                              const layer& l) {
    return {weights + l.offset, l.rows, l.cols};
}

/// The factor of the learning rate of every weight and bias of a network, in their order.
///
/// \param count  shape.size() or shape.size_with_biases().
[[nodiscard]] Eigen::ArrayXd parameter_rates(const network_shape& shape,
                                             const theory::learning_rates& rates,
                                             Eigen::Index count);

/// Largest change of what gradient flow conserves, W_{j+1}^T W_{j+1} - W_j W_j^T at every interface
/// (with the sum over branches at the fusion), between two sets of weights; in the Frobenius norm,
/// relative to the square of the largest layer's norm in `later`.
[[nodiscard]] double balance_drift(const network_shape& shape, const state& earlier,
                                   const state& later);

/// True where weight decay makes every layer of the branches of `fading` shrink from here on, while
/// their residuals are at most what is given and the layers of the others stay as they are.
///
///     a_m^(n_m - 2) T |E_m| < lambda   for n_m >= 2,
///
/// with a_m the largest Frobenius norm of a layer of branch m, T the product of the trunk's. This
/// is sufficient for any weights and exact for balanced and aligned ones
/// (docs/theory.md#weight-decay). If all modalities are fading, the trunk has to shrink too.
///
/// \param residuals  |E_m|, M numbers.
[[nodiscard]] bool fades(const network_shape& shape, const double* weights,
                         const data::modality_set& fading, const Eigen::VectorXd& residuals,
                         double weight_decay);

}  // namespace fusionflow::solver
