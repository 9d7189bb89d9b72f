#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/solver/trajectory.hpp"
#include "fusionflow/theory/learning.hpp"

namespace fusionflow::solver {

/// What is left of a network after training.
struct trained_network {
    network_shape shape;                       ///< as trained
    state at_start{};                          ///< its weights, biases after them
    state at_end{};                            ///< likewise
    std::vector<Eigen::Index> widths{};        ///< hidden widths on the longest path, as trained
    std::vector<Eigen::Index> drawn_widths{};  ///< of the network that this one stands for
    int rounds = 0;                            ///< of the compression; 0: its own weights
    /// Of the compression, see train_truncated(); 0: its own weights; NaN: no estimate.
    double truncation_error = 0;
    std::vector<double> asymmetry{};  ///< of the samples (data::asymmetry); empty from moments
};

/// What a method says of a model: when each modality is learned (theory::learning), and of flows
/// and networks how they got there.
struct answer : theory::learning {
    answer() = default;
    explicit answer(theory::learning learned) : theory::learning(std::move(learned)) {}

    trajectory path{};  ///< empty for formulas, and unless asked for
    double loss_initial = 0;
    double loss_final = 0;
    double time_final = 0;            ///< units of tau
    Eigen::VectorXd weights_final{};  ///< W at the end; empty for formulas
    std::string stepper{};            ///< what took the steps; empty for formulas
    std::string_view equations{};     ///< of a flow: "reduced", "targets", "chain", "sinh", ...
    std::vector<double> epochs{};     ///< times as epochs; of gradient descent only
    std::optional<trained_network> network{};  ///< of networks only
};

}  // namespace fusionflow::solver
