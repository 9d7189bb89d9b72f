#pragma once

#include <string_view>

namespace fusionflow::validation {

/// Version of the program and the commit it was built from, e.g. "0.1.0+abc1234". It ends in
/// ".modified" where the sources differ from the commit, and names none where they are no checkout.
[[nodiscard]] std::string_view version();

}  // namespace fusionflow::validation
