#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/validation/study/spread.hpp"

namespace fusionflow::validation {

struct diagnosis_request;
struct fusion_facts;

/// What is changed so that modalities are learned together.
enum class lever {
    rates,   ///< "rates": the learning rates of the branches (theory::learning_rates)
    inputs,  ///< "inputs": the inputs of each modality are multiplied by a factor
};

/// \throws data::input_error naming together.
[[nodiscard]] lever parse_lever(std::string_view name);
[[nodiscard]] std::string_view to_string(lever l);

/// Factors with which all modalities are learned together in late fusion, found as the root of the
/// differences of the logarithms of their median times, and tried on all networks.
struct together_facts {
    lever by = lever::rates;
    std::vector<double> factors{};  ///< per modality; 1 for the one that was learned first
    std::vector<double> before{};   ///< median times without them, units of tau
    std::vector<double> after{};    ///< the same with them, of `networks` networks
    int networks = 0;               ///< that tried the factors
    spread share_at_budget{};       ///< of these, with a budget
    /// Why modalities are not learned together by any factors that were found: a sentence. Empty
    /// where their medians are within `near_enough` of each other.
    std::string why_not{};

    /// The medians with these factors agree to this part of the least.
    static constexpr double near_enough = 0.1;
    /// The largest of `after` over the least, minus 1; NaN where one is not known.
    [[nodiscard]] double apart() const;
};

/// Looks for the factors. The answer has none where a modality has no time to begin with.
///
/// \param fusion  Of late fusion, of two layers or more.
/// \see tests/validation/together_test.cpp
[[nodiscard]] together_facts learn_together(const diagnosis_request& request,
                                            const fusion_facts& fusion, lever by);

/// Parameter groups for an optimizer of PyTorch, as lines of Python; empty unless `by` is rates and
/// the factors hold.
///
/// \param names  Of the modalities.
/// \param rate   The common learning rate.
[[nodiscard]] std::string parameter_groups(const together_facts& found,
                                           const std::vector<std::string>& names, double rate);

}  // namespace fusionflow::validation
