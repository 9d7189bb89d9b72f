#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fusionflow/theory/attribution.hpp"
#include "fusionflow/theory/finite/refined.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/race/leading_order.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::theory {

struct predict_options {
    std::optional<double> learning_rate{};  ///< of gradient descent, > 0; absent: gradient flow

    double weight_decay = 0;  ///< lambda >= 0, two-layer late fusion only; no refined times then

    /// \throws data::input_error naming learning-rate or weight-decay.
    void validate() const;
};

/// All that closed forms say about a model.
struct prediction {
    learning leading;                     ///< race(): leading order in small u0
    std::vector<double> errors;           ///< estimated, relative: leading_order::errors
    std::vector<std::string> no_plateau;  ///< leading_order::no_plateau
    std::optional<learning> refined;      ///< two-layer late fusion only
    std::optional<learning> law;          ///< width_law(): gaussian networks where there is one
    std::vector<learned_mode>
        modes;  ///< several targets only, in the order in which they are learned
    std::vector<Eigen::VectorXd>
        misattribution;  ///< W_m when learned minus W_m at the end; K D_m numbers each
    std::vector<partial_solution> fixed_points;  ///< empty for more than 12 modalities
    std::optional<attribution> shares;           ///< absent for more than 12 modalities
    bool superficial_preference = false;
    bool permanent_bias = false;
    std::vector<std::string> warnings;  ///< ties, reversals, rank, validity of leading order
};

/// \throws data::input_error if sizes differ or a rule of init or options is broken.
/// \see tests/theory/predict_test.cpp
[[nodiscard]] prediction predict(const data::moments& moments, const architecture& arch,
                                 const initialisation& init, const predict_options& options);

}  // namespace fusionflow::theory
