#pragma once

#include <Eigen/Core>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/solver/epoch_lengths.hpp"
#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/solver/trajectory.hpp"
#include "fusionflow/theory/learning.hpp"

namespace fusionflow::solver {

/// A network that was trained: its shape, its weights before and after, and what it stands for.
struct trained_network {
    network_shape shape;                       ///< as trained
    state at_start{};                          ///< weights at t = 0, then biases
    state at_end{};                            ///< weights at the end, then biases
    std::vector<Eigen::Index> widths{};        ///< hidden widths on the longest path, as trained
    std::vector<Eigen::Index> drawn_widths{};  ///< widths of the drawn network it stands for
    int rounds = 0;                            ///< rounds of compression; 0: not compressed
    /// Estimated error of compression (train_truncated()); 0: not compressed; NaN: no estimate.
    double truncation_error = 0;
    std::vector<double> asymmetry{};  ///< data::asymmetry() of the samples; empty from moments
};

/// A method's answer for a model: when each modality is learned (theory::learning) and, for flows
/// and networks, the way there.
struct answer : theory::learning {
    answer() = default;
    explicit answer(theory::learning learned) : theory::learning(std::move(learned)) {}

    /// Estimated relative errors of the times, one per modality, NaN where there is no time
    /// (theory::leading_order::errors); of the formula only, empty otherwise.
    std::vector<double> errors{};
    trajectory path{};  ///< empty for formulas, and unless run_options::record
    double loss_initial = 0;
    double loss_final = 0;
    /// Part of what can be explained that is explained in the end, R^2/R^2_max (unitless); NaN for
    /// formulas, and for losses other than the squared error.
    double share = std::numeric_limits<double>::quiet_NaN();
    Eigen::VectorXd noted{};  ///< W at run_options::note_at; empty where that was not reached
    double time_final = 0;    ///< units of tau
    Eigen::VectorXd weights_final{};  ///< W at the end; empty for formulas
    std::string stepper{};            ///< method that took the steps; empty for formulas
    std::string_view equations{};     ///< of a flow: "reduced", "targets", "chain", "sinh", ...
    epoch_lengths epoch_length{};     ///< of networks that train in epochs
    /// The part of the samples on the right side at the start and in the end (accuracy_of()); NaN
    /// where targets are neither classes nor labels, and for what does not train on samples.
    double accuracy_initial = std::numeric_limits<double>::quiet_NaN();
    double accuracy_final = std::numeric_limits<double>::quiet_NaN();
    std::optional<trained_network> network{};  ///< networks only

    /// Half-height times in epochs; empty where there are none.
    [[nodiscard]] std::vector<double> epochs() const;
};

}  // namespace fusionflow::solver
