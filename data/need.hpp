#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

/// Throws unless a condition holds. Conditions are written positively, so that NaN fails them:
///
///     need(rho > -1 && rho < 1, "rho", "need -1 < rho < 1, got {}", rho);
///
/// \param field   What is wrong: input_error::field().
/// \param rule    What is needed and what was found, in the format of fmt.
/// \param values  The values in the rule; they are evaluated even where the condition holds.
/// \throws input_error unless `holds`.
template <typename... Values>
void need(bool holds, std::string_view field, fmt::format_string<Values...> rule,
          Values&&... values) {
    if (!holds) {
        throw input_error(std::string(field), fmt::format(rule, std::forward<Values>(values)...));
    }
}

}  // namespace fusionflow::data
