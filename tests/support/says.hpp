#pragma once

#include <boost/test/unit_test.hpp>
#include <string>

#include "fusionflow/data/error.hpp"

namespace fusionflow::tests {

/// For BOOST_CHECK_EXCEPTION: the refusal is exactly `message`.
inline auto says(const std::string& message) {
    return [message](const data::input_error& e) {
        BOOST_TEST(e.what() == message);
        return e.what() == message;
    };
}

}  // namespace fusionflow::tests
