#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/validation/study/spread.hpp"

namespace fusionflow::validation {

struct diagnosis_request;
struct fusion_facts;

/// What is changed so that modalities are learned when they should be.
enum class lever {
    rates,   ///< "rates": the learning rates of the branches (theory::learning_rates)
    inputs,  ///< "inputs": the inputs of each modality are multiplied by a factor
};

/// \param field  The option that the error names.
/// \throws data::input_error naming `field`.
[[nodiscard]] lever parse_lever(std::string_view field, std::string_view name);
[[nodiscard]] std::string_view to_string(lever l);

/// When modalities should be learned.
enum class aim {
    together,  ///< all at the same time
    budget,    ///< within the budget; those that are already keep their factor
};

/// Factors with which modalities of late fusion are learned when they should be. They are the root
/// of ln t_m = ln T_m, t_m the median time of modality m and T_m that of the one that was learned
/// first, or a little less than the budget. All networks have tried them.
struct solved_remedy {
    aim to = aim::together;
    lever by = lever::rates;
    std::vector<double> factors{};  ///< per modality; 1 for those that keep theirs
    std::vector<double> before{};   ///< median times without them, units of tau
    std::vector<double> after{};    ///< the same with them, of `networks` networks
    int networks = 0;               ///< that tried the factors
    spread share_at_budget{};       ///< of these, with a budget
    /// Why no factors do it: a sentence. Empty where they do: medians are within `near_enough` of
    /// each other, or within the budget.
    std::string why_not{};

    /// The medians with these factors agree to this part of the least.
    static constexpr double near_enough = 0.1;
    /// The largest of `after` over the least, minus 1; NaN where one is not known.
    [[nodiscard]] double apart() const;
};

/// Looks for the factors. The answer has none where a modality has no time to begin with.
///
/// \param fusion  Of late fusion, of two layers or more.
/// \return        Nothing where the aim is a budget within which all are learned already.
/// \see tests/validation/solved_remedy_test.cpp
[[nodiscard]] std::optional<solved_remedy> solve_remedy(const diagnosis_request& request,
                                                        const fusion_facts& fusion, aim to,
                                                        lever by);

/// Parameter groups for an optimizer of PyTorch, as lines of Python; empty unless `by` is rates and
/// the factors do what they should.
///
/// \param names  Of the modalities.
/// \param rate   The common learning rate.
[[nodiscard]] std::string parameter_groups(const solved_remedy& found,
                                           const std::vector<std::string>& names, double rate);

}  // namespace fusionflow::validation
