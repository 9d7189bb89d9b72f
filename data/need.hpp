#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

/// Refuses what breaks a rule. Conditions are on numbers that should be, so that NaN fails them:
///
///     need(rho > -1 && rho < 1, "rho", "need -1 < rho < 1, got {}", rho);
///
/// \param field   What was wrong: input_error::field().
/// \param rule    What is needed and what was found, in the format of fmt.
/// \param values  Of the rule; they are asked for whether the condition holds or not.
/// \throws input_error unless `holds`.
template <typename... Values>
void need(bool holds, std::string_view field, fmt::format_string<Values...> rule,
          Values&&... values) {
    if (!holds) {
        throw input_error(std::string(field), fmt::format(rule, std::forward<Values>(values)...));
    }
}

}  // namespace fusionflow::data
