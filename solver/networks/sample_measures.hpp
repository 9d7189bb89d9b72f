#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/solver/networks/sample_network.hpp"

namespace fusionflow::solver {

/// What stands for a modality that a network is not shown.
enum class blank_inputs {
    mean,  ///< the mean of its inputs, "mean"
    zero,  ///< 0, "zero"
};

/// \throws data::input_error naming blank.
[[nodiscard]] blank_inputs parse_blank_inputs(std::string_view name);
[[nodiscard]] std::string_view to_string(blank_inputs b);

/// The inputs, D numbers, that stand for all modalities.
///
/// \param data  The samples whose means are taken: those a network was trained on, also where it is
///              measured on others.
[[nodiscard]] Eigen::VectorXd blank_of(const data::samples& data, blank_inputs how);

/// How well outputs answer samples.
struct sample_score {
    double loss = 0;      ///< mean loss
    double accuracy = 0;  ///< accuracy_of(); NaN where there is none
};

/// \param outputs  P x K.
[[nodiscard]] sample_score score(const data::chosen<loss_function>& loss, const data::samples& data,
                                 const Eigen::MatrixXd& outputs);

/// The outputs of a network that sees one modality only, P x K: f(x_m, the others blank).
///
/// \param blank  D numbers (blank_of()).
/// \see tests/solver/sample_measures_test.cpp
[[nodiscard]] Eigen::MatrixXd unimodal_outputs(sample_network& network, const double* parameters,
                                               int m, const Eigen::VectorXd& blank);

/// What each modality contributes to the outputs, M matrices of P x K:
///
///     f_m(x) = f(x) - f(x with x_m blank), less its mean over the samples
///
/// For linear networks W_m (x_m - <x_m>). The network is evaluated M + 1 times.
///
/// \param blank  D numbers, by convention the means of the inputs.
/// \see docs/theory.md#clocks; tests/solver/sample_measures_test.cpp
[[nodiscard]] std::vector<Eigen::MatrixXd> contributions(sample_network& network,
                                                         const double* parameters,
                                                         const Eigen::VectorXd& blank);

}  // namespace fusionflow::solver
