#include "fusionflow/validation/settings/numbers.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/error.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::parse_int;
using validation::parse_number;
using validation::parse_whole;

BOOST_AUTO_TEST_SUITE(numbers)

BOOST_AUTO_TEST_CASE(reads_what_people_write) {
    BOOST_TEST(parse_number("x", "-0.5") == -0.5);
    BOOST_TEST(parse_number("x", "1e-300") == 1e-300);
    BOOST_TEST(parse_number("x", "+3") == 3);
    BOOST_TEST(parse_whole("x", "-12") == -12);
    BOOST_TEST(parse_whole("x", "1e9") == 1000000000);
    BOOST_TEST(parse_int("x", "7") == 7);
}

BOOST_AUTO_TEST_CASE(refuses_anything_else_as_a_whole) {
    for (const char* text : {"", "abc", "1.5x", " 1", "1 ", "0x10", "1,5", "+-1", "--1"}) {
        BOOST_CHECK_THROW((void)parse_number("x", text), data::input_error);
        BOOST_CHECK_THROW((void)parse_whole("x", text), data::input_error);
    }
    BOOST_CHECK_EXCEPTION((void)parse_number("rho", "abc"), data::input_error,
                          says("rho: need a number, got 'abc'"));
    BOOST_CHECK_EXCEPTION((void)parse_number("rho", "nan"), data::input_error,
                          says("rho: need a finite number, got 'nan'"));
    BOOST_CHECK_EXCEPTION((void)parse_number("rho", "-inf"), data::input_error,
                          says("rho: need a finite number, got '-inf'"));
    BOOST_CHECK_EXCEPTION((void)parse_number("rho", "1e999"), data::input_error,
                          says("rho: need a number within range, got '1e999'"));
    BOOST_CHECK_EXCEPTION((void)parse_whole("width", "1e-3"), data::input_error,
                          says("width: need a whole number, got '1e-3'"));
    BOOST_CHECK_EXCEPTION((void)parse_whole("width", "1e17"), data::input_error,
                          says("width: need a whole number, got '1e17'"));
    BOOST_CHECK_EXCEPTION((void)parse_int("depth", "1.5"), data::input_error,
                          says("depth: need a whole number, got '1.5'"));
    BOOST_CHECK_EXCEPTION((void)parse_int("depth", "3000000000"), data::input_error,
                          says("depth: need a whole number within range, got '3000000000'"));
}

BOOST_AUTO_TEST_CASE(split_trims_and_keeps_empty_pieces) {
    BOOST_TEST(validation::split(" a , b c,,", ',') ==
                   (std::vector<std::string>{"a", "b c", "", ""}),
               boost::test_tools::per_element());
    BOOST_TEST(validation::split("", ',') == (std::vector<std::string>{""}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(seeds_have_64_bits) {
    BOOST_TEST(validation::parse_seed("seed", "18446744073709551615") == 0xffffffffffffffffU);
    BOOST_TEST(validation::parse_seed("seed", "1e3") == 1000U);
    BOOST_CHECK_EXCEPTION((void)validation::parse_seed("seed", "18446744073709551616"),
                          data::input_error,
                          says("seed: need a whole number within range, got "
                               "'18446744073709551616'"));
    BOOST_CHECK_EXCEPTION((void)validation::parse_seed("seed", "-1"), data::input_error,
                          says("seed: need a whole number >= 0, got -1"));
}

BOOST_AUTO_TEST_SUITE_END()
