#include "fusionflow/data/number_text.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <string>

#include "fusionflow/data/random.hpp"

using namespace fusionflow;
using data::read_number;
using kind = data::number_text::kind;

BOOST_TEST_DONT_PRINT_LOG_VALUE(kind)

BOOST_AUTO_TEST_SUITE(number_text)

BOOST_AUTO_TEST_CASE(numbers_are_whole_texts) {
    for (const auto& [text, value] : {std::pair{"-1.5", -1.5}, {"+2", 2.0}, {"3e-4", 3e-4}}) {
        BOOST_TEST((read_number(text).what == kind::finite));
        BOOST_TEST(read_number(text).value == value);
    }
    for (const std::string text : {"", "+", "-", "+-1", "++1", "1x", "x1", "0x10", "1 ", " 1",
                                   "1,5", "1.5.2", "1e", "e5", "True", "--1"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST((read_number(text).what == kind::none));
    }
    for (const std::string text : {"inf", "-inf", "nan", "+nan", "infinity"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST((read_number(text).what == kind::not_finite));
    }
}

BOOST_AUTO_TEST_CASE(a_comma_may_stand_before_the_fraction) {
    BOOST_TEST(read_number("-1,5", ',').value == -1.5);
    BOOST_TEST(read_number("1,5e3", ',').value == 1500);
    BOOST_TEST(read_number("7", ',').value == 7);
    BOOST_TEST((read_number("1.5", ',').what == kind::none));
    BOOST_TEST((read_number("1.234,5", ',').what == kind::none));
    BOOST_TEST((read_number("1,234,5", ',').what == kind::none));
}

// Which end of the range is missed shows in the place of the first digit.
BOOST_AUTO_TEST_CASE(too_large_is_refused_and_too_small_is_zero_however_it_is_written) {
    const std::string zeros(400, '0');
    for (const std::string& text :
         {"1" + zeros, "1" + zeros + "e-5", "-1" + zeros + ".5e-5", "0" + zeros + "1" + zeros,
          std::string("1e309"), std::string("0.001e400"), "0." + zeros + "1e900",
          std::string("1e99999999999999999999")}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST((read_number(text).what == kind::not_finite));
    }
    for (const std::string& text :
         {"0." + zeros + "1", "-." + zeros + "1e-5", "0." + zeros + "1e5", std::string("1e-400"),
          "1" + zeros + "e-900", "0" + zeros, "0." + zeros, std::string("0e999"),
          std::string("1e-99999999999999999999")}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST((read_number(text).what == kind::finite));
        BOOST_TEST(read_number(text).value == 0);
    }
}

// Digits, points and exponents at random, against the C library.
BOOST_AUTO_TEST_CASE(agrees_with_strtod) {
    data::random_source random(8);
    const auto any = [&](double n) { return static_cast<int>(random.uniform(0, n)); };
    for (int i = 0; i < 5000; ++i) {
        std::string text(static_cast<std::size_t>(any(3) == 0 ? any(350) : any(4)), '0');
        text += std::to_string(any(1000)) + std::string(static_cast<std::size_t>(any(330)), '0');
        text.insert(static_cast<std::size_t>(any(static_cast<double>(text.size()) + 1)), ".");
        text += any(2) == 0 ? "e" + std::to_string(any(700) - 350) : "";
        const double expected = std::strtod(text.c_str(), nullptr);
        const data::number_text read = read_number(text);
        BOOST_TEST_INFO(text);
        BOOST_TEST((read.what == (std::isfinite(expected) ? kind::finite : kind::not_finite)));
        // What is below the least normal number is rounded away here or there.
        if (std::isfinite(expected) && std::abs(expected) > 1e-307) {
            BOOST_TEST(read.value == expected);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
