#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fusionflow/solver/compact/comparison.hpp"
#include "fusionflow/solver/compact/representation.hpp"
#include "fusionflow/solver/integrate.hpp"
#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/solver/training/sample_options.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::solver {

enum class training {
    gradient_descent,  ///< "gd": full-batch steps of size learning_rate; t = learning_rate x epoch
    gradient_flow,     ///< "flow": the ODE, adaptive steps
};

/// \throws data::input_error naming method.
[[nodiscard]] training parse_training(std::string_view name);
[[nodiscard]] std::string_view to_string(training t);

struct simulate_options {
    training method = training::gradient_descent;
    double learning_rate = 0.01;   ///< gd only, > 0
    long max_epochs = 10'000'000;  ///< gd only, >= 1
    std::uint64_t seed = 1;
    representation form = representation::full;
    compression_options compression{};  ///< compressed and sampled only
    double weight_decay = 0;            ///< lambda of lambda/2 |weights|^2 (not biases), >= 0
    sample_options samples{};           ///< training on samples only
    integrate_options flow;  ///< flow only, except max_time, until, record, tail, progress

    /// \throws data::input_error naming learning-rate, max-epochs or weight-decay, or as
    ///         compression_options, integrate_options and sample_options.
    void validate() const;
};

/// A trained network and when it learned each modality.
struct simulation {
    integration run;
    std::vector<double> epochs;        ///< times as epochs; empty for gradient flow
    std::vector<Eigen::Index> widths;  ///< hidden widths on the longest path, as trained
    network_shape shape;
    state weights_initial;
    state weights_final;
    std::vector<Eigen::Index> drawn_widths{};  ///< of the network that this one stands for
    int rounds = 0;                            ///< of the compression; 0: full
    /// Estimate, see train_truncated(); 0: full; may be infinite; NaN: no estimate.
    double truncation_error = 0;
    std::vector<double> asymmetry{};  ///< of the samples (data::asymmetry); empty from moments
};

/// The saddles that half-heights are measured by: the race's, or, under weight decay, which the
/// race does not know, none (half_height_monitor finds its own).
[[nodiscard]] std::vector<theory::partial_solution> expected_saddles(
    const data::moments& moments, const theory::architecture& arch,
    const theory::initialisation& init, double weight_decay);

/// Trains a linear network from weights of one's own, from moments (never from samples).
///
/// Gradient descent notes half-heights by linear interpolation inside an epoch.
///
/// \param init      The scheme that the weights are of: it decides which saddles are expected.
/// \param options   Seed, form and compression are not looked at.
/// \param compared  If not null, is taken along.
/// \throws data::input_error naming weight-decay: on, with several targets, of which it is not
///         known when a mode of a modality has decayed.
[[nodiscard]] simulation train(const data::moments& moments, const theory::architecture& arch,
                               const theory::initialisation& init, const simulate_options& options,
                               weighted_network start, comparison* compared = nullptr);

/// Draws a network of the scheme, width and seed in the form that is asked for and trains it.
///
/// \throws data::input_error as validate(), or where sizes differ.
/// \see tests/solver/simulate_test.cpp
[[nodiscard]] simulation simulate(const data::moments& moments, const theory::architecture& arch,
                                  const theory::initialisation& init,
                                  const simulate_options& options);

/// The same from weights of one's own; of forms compressed or full.
///
/// \param init  As like_weights() says.
/// \throws data::input_error as validate(); naming weights where they do not fit; naming
///         representation: sampled.
/// \see tests/solver/weights_file_test.cpp
[[nodiscard]] simulation simulate_from(const data::moments& moments,
                                       const theory::architecture& arch,
                                       const theory::initialisation& init,
                                       const simulate_options& options, weighted_network start);

}  // namespace fusionflow::solver
