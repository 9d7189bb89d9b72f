#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/theory/race/variation.hpp"

namespace fusionflow::theory {

/// A parameter of the model that times may depend on.
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

/// The parameters of data and initial weights, in the order of their kinds. Couplings, one per pair
/// of modalities, are listed for at most 12 modalities.
[[nodiscard]] std::vector<parameter> model_parameters(const data::moments& moments);

/// How a model changes with a parameter.
[[nodiscard]] variation variation_of(const data::moments& moments, const parameter& by);

/// A warning for each modality with a time > 0 that lacks some derivative.
///
/// \param slopes  d ln t_m: modalities are rows, parameters columns.
/// \param asked   One per parameter: false where no derivative is expected.
/// \param of      What lacks it, in the warning: `time` or `refined time`.
/// \param why     Why the derivative may not exist, in the warning.
[[nodiscard]] std::vector<std::string> missing_slopes(const data::moments& moments,
                                                      const std::vector<parameter>& parameters,
                                                      const Eigen::MatrixXd& slopes,
                                                      const std::vector<bool>& asked,
                                                      const std::vector<double>& times,
                                                      std::string_view of, std::string_view why);

}  // namespace fusionflow::theory
