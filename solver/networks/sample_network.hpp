#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "fusionflow/data/modality_set.hpp"
#include "fusionflow/data/samples.hpp"
#include "fusionflow/solver/losses/sample_options.hpp"
#include "fusionflow/solver/networks/dense_kernels.hpp"
#include "fusionflow/solver/networks/network.hpp"

namespace fusionflow::solver {

/// A fusion network on samples: units of any activation phi, with or without biases, K outputs,
///
///     h_0 = x_m,  h_j = phi(W_j h_(j-1) + b_j) in the branches and the trunk,
///
/// with the branches summed before phi where they meet, and no phi on the outputs f.
///
/// Parameters are the weights in the layout of network_shape, then the biases: of each branch's
/// hidden spaces from the input up, of the space where branches meet, of the trunk, of the output
/// (in late fusion the output is where they meet).
///
/// Samples go through dense_kernels in blocks that stay in cache, with the same digits on every
/// machine (activations and losses other than linear, ReLU, leaky and squared call the C library).
/// Steps allocate nothing.
/// \see docs/numerics.md#samples; tests/solver/sample_network_test.cpp
class sample_network {
public:
    /// \param data  Must outlive the network.
    /// \throws data::input_error naming branches or targets where `shape` does not fit the data, or
    ///         as options.validate() and options.match().
    sample_network(const network_shape& shape, const data::samples& data,
                   const sample_options& options, const dense_kernels& kernels = best_kernels());

    sample_network(const sample_network&) = delete;
    sample_network& operator=(const sample_network&) = delete;

    /// Number of parameters: weights and biases.
    [[nodiscard]] Eigen::Index size() const noexcept { return size_; }

    /// Mean loss of all samples.
    double loss(const double* parameters);

    /// Mean loss of all samples, and its gradient dLoss/d(parameters), size() numbers.
    double gradient(const double* parameters, double* gradient);

    /// Mean loss of some samples, and its gradient. Leaves total_weights() as it is.
    double batch_gradient(const double* parameters, std::span<const Eigen::Index> batch,
                          double* gradient);

    /// The outputs f of all samples, P x K, in their order. Leaves total_weights() and accuracy()
    /// as they are.
    [[nodiscard]] Eigen::MatrixXd outputs(const double* parameters);
    /// The same if the network sees only the modalities `shown`.
    ///
    /// \param blank  D numbers: the inputs of modalities that are not shown.
    [[nodiscard]] Eigen::MatrixXd outputs(const double* parameters, const data::modality_set& shown,
                                          const Eigen::VectorXd& blank);

    /// The part of all samples that the last loss() or gradient() found on the right side
    /// (accuracy_of()); NaN where the targets are neither classes nor labels.
    [[nodiscard]] double accuracy() const noexcept;

    [[nodiscard]] const data::samples& data() const noexcept { return *data_; }

    /// W of the last loss() or gradient(): the coefficients of the linear function of the features
    /// x that is nearest to f on the samples, stacked as in data::moments,
    ///
    ///     W = <f x^T> <x x^T>^+     (with biases: fitted beside a constant)
    ///
    /// For linear networks whose features are the inputs the product of the layers is such a
    /// function, and is returned.
    [[nodiscard]] const Eigen::VectorXd& total_weights() const noexcept { return total_; }

private:
    // Inputs, hidden units or the output; each unit is a row over the samples of a block.
    struct space {
        Eigen::Index units = 0;
        double* values = nullptr;
        double* gradient = nullptr;  // null: inputs
        double* slopes = nullptr;    // phi' of units that are not gated; else null
        Eigen::Index bias = -1;      // index of the first bias among the parameters; -1: none
    };
    // Which modalities a pass sees, and what stands for the others.
    struct view {
        const data::modality_set* shown;
        const Eigen::VectorXd* blank;
    };
    struct stage {
        layer where;
        std::size_t from;
        std::size_t to;
        bool first;  // the first or last layer into its space
        bool last;
    };

    void connect(const network_shape& shape, const data::samples& data);
    void place_buffers();
    void prepare_readout();
    double run(const double* parameters, std::span<const Eigen::Index> batch, double* gradient);
    void gather(const Eigen::Index* order, Eigen::Index first, Eigen::Index count,
                const view* seen);
    void gather_targets(const Eigen::Index* order, Eigen::Index first, Eigen::Index count);
    void forward(const double* parameters);
    void bend(const space& units);
    Eigen::MatrixXd outputs_of(const double* parameters, const view* seen);
    double judge(Eigen::Index first, Eigen::Index count, double scale, bool all);
    void read_out(Eigen::Index first, Eigen::Index count);
    void backward(const double* parameters, double* gradient);
    void unbend(const space& units);
    void multiply_layers(const double* parameters);

    const data::samples* data_;
    sample_options options_;
    dense_kernels kernels_;
    network_shape shape_;
    std::vector<space> spaces_;
    std::vector<std::size_t> inputs_;  // spaces of the inputs, by modality
    std::size_t output_ = 0;
    std::vector<stage> stages_;
    Eigen::Index size_ = 0;
    Eigen::Index block_ = 0;   // samples in a block
    Eigen::Index padded_ = 0;  // columns of the present block, a multiple of block_lanes
    Eigen::Index stride_ = 0;  // between rows
    std::vector<double> memory_;
    const double* ones_ = nullptr;
    double* targets_ = nullptr;  // K rows
    Eigen::Index right_ = 0;     // samples on the right side
    bool product_ = false;       // W is the product of the layers
    bool prepared_ = false;      // readout_ has been made
    Eigen::MatrixXd readout_;    // otherwise W = f^T readout, P x features
    Eigen::VectorXd total_;
    Eigen::VectorXd row_;
    Eigen::VectorXd row_below_;
    Eigen::VectorXd fused_row_;
};

}  // namespace fusionflow::solver
