#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/theory/race/variation.hpp"

namespace fusionflow::theory {

/// What a time may depend on.
struct parameter {
    enum class kind {
        init,           ///< ln u of all initial layers (norms, or the sd of their entries)
        target_scale,   ///< ln c of y -> c y
        scale,          ///< ln c of x_first -> c x_first
        coupling,       ///< e of Sigma_jk -> (1 + e) Sigma_jk, j = first, k = second
        weight_decay,   ///< lambda itself (it may be zero)
        learning_rate,  ///< eta itself
    };
    kind what = kind::init;
    int first = -1;
    int second = -1;
};

/// A parameter's name for people: `init`, `scale of A`, `coupling of A and B`, ...
[[nodiscard]] std::string to_string(const data::moments& moments, const parameter& by);

/// Place of the first parameter of a kind in a list; absent where there is none.
///
/// \param first  Its modality; -1: any.
[[nodiscard]] std::optional<Eigen::Index> find_parameter(const std::vector<parameter>& list,
                                                         parameter::kind what, int first = -1);

/// Those of data and initial weights, in the order of their kinds; couplings for at most 12
/// modalities (their number is that of the pairs).
[[nodiscard]] std::vector<parameter> model_parameters(const data::moments& moments);

/// How a model changes with a parameter.
[[nodiscard]] variation variation_of(const data::moments& moments, const parameter& by);

/// What to say where there is a time > 0 without a derivative: a warning for each such modality.
///
/// \param slopes  d ln t_m: modalities are rows, parameters columns.
/// \param asked   One per parameter: false where there should be none.
/// \param of      `time`, `refined time`.
/// \param why     What it is that makes derivatives fail.
[[nodiscard]] std::vector<std::string> missing_slopes(const data::moments& moments,
                                                      const std::vector<parameter>& parameters,
                                                      const Eigen::MatrixXd& slopes,
                                                      const std::vector<bool>& asked,
                                                      const std::vector<double>& times,
                                                      std::string_view of, std::string_view why);

}  // namespace fusionflow::theory
