#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fusionflow/validation/settings/settings.hpp"
#include "tests/support/says.hpp"

// Models from options.
namespace fusionflow::tests {

using given = std::vector<std::pair<std::string, std::string>>;

inline validation::settings with(const given& options) {
    validation::settings s;
    for (const auto& [name, value] : options) {
        validation::set_option(s, name, value);
    }
    return s;
}

inline void refuses_options(const given& options, const std::string& message) {
    BOOST_CHECK_EXCEPTION((void)validation::build_model(with(options)), data::input_error,
                          says(message));
}

}  // namespace fusionflow::tests
