#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fusionflow/solver/method.hpp"
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

/// What a method answers, of the draw of a repeat.
inline solver::answer answer_of(const validation::settings& s, std::string_view method,
                                int repeat = 0, bool record = false) {
    solver::run_options options = s.run;
    options.repeat = repeat;
    options.record = record;
    return solver::run(method, validation::build_model(s), options);
}

inline bool answers(std::string_view method, const validation::settings& s) {
    return !solver::find_method(method).refusal(validation::build_model(s));
}

}  // namespace fusionflow::tests
