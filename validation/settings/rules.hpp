#pragma once

#include <string>
#include <string_view>

#include "fusionflow/data/error.hpp"

namespace fusionflow::validation {

/// \throws data::input_error with an option's name and its rule, where that does not hold.
inline void need(bool rule_holds, std::string_view name, const char* rule) {
    if (!rule_holds) {
        throw data::input_error(std::string(name), rule);
    }
}

}  // namespace fusionflow::validation
