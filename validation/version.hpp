#pragma once

#include <string_view>

namespace fusionflow::validation {

/// Version of the program and the commit it was built from, e.g. "0.1.0+abc1234"; ".modified" where
/// the sources differ from the commit, no commit where they are not a checkout.
[[nodiscard]] std::string_view version();

}  // namespace fusionflow::validation
