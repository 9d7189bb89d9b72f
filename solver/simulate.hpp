#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "solver/integrate.hpp"
#include "solver/network.hpp"
#include "theory/initialisation.hpp"

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
    double weight_decay = 0;       ///< lambda >= 0: every layer also shrinks at this rate
    std::uint64_t seed = 1;
    integrate_options flow;  ///< flow only, except max_time, record, tail and progress

    /// \throws data::input_error naming learning-rate, max-epochs or weight-decay, or as
    ///         integrate_options.
    void validate() const;
};

/// A trained network and when it learned each modality.
struct simulation {
    integration run;
    std::vector<double> epochs;        ///< times / learning rate; empty for gradient flow
    std::vector<Eigen::Index> widths;  ///< hidden widths on the longest path
    network_shape shape;
    state weights_initial;
    state weights_final;
};

/// Trains a full linear network of the scheme, width and seed, from moments (never from samples).
///
/// Gradient descent notes half-heights by linear interpolation inside an epoch.
///
/// \throws data::input_error as validate(), or where sizes differ.
/// \see tests/solver/simulate_test.cpp
[[nodiscard]] simulation simulate(const data::moments& moments, const theory::architecture& arch,
                                  const theory::initialisation& init,
                                  const simulate_options& options);

}  // namespace fusionflow::solver
