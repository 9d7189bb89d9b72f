#include "fusionflow/data/readers/number_advice.hpp"

#include <boost/test/unit_test.hpp>

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(number_advice)

namespace {

// What the advice is about.
std::string about(const std::string& text, char decimal = '.') {
    const std::string advice = data::number_advice(text, decimal);
    return advice.empty()                                   ? "nothing"
           : advice.find("thousands") != std::string::npos  ? "thousands"
           : advice.find("--decimal") != std::string::npos  ? "decimal"
           : advice.find("dates") != std::string::npos      ? "date"
           : advice.find("categories") != std::string::npos ? "category"
                                                            : advice;
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_kind_of_text_has_its_advice) {
    for (const std::string text : {"1,5", "-0,25", "1234,5", "1,5e3", "12,3456"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(about(text) == "decimal");
    }
    for (const std::string text :
         {"1,234", "1,234.5", "12,345,678", "-1,234", "1 234", "1'234", "1.234.567", "1.234,5"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(about(text) == "thousands");
    }
    for (const std::string text : {"2020-01-01", "1/2/2020", "01.02.2020", "2020-01-01T10:20",
                                   "12:30", "2020/1/1 10:00:00"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(about(text) == "date");
    }
    for (const std::string text : {"red", "male", "Yes", "\xc3\xa9t\xc3\xa9"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(about(text) == "category");
    }
    for (const std::string text : {"5 kg", "12%", "$3", "1.5.2", "1.2x", "--1"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(about(text) == "nothing");
    }
    BOOST_TEST(about("1.5", ',') == "decimal");
    BOOST_TEST(about("1.234,5", ',') == "thousands");
}

// 1,234 may be either.
BOOST_AUTO_TEST_CASE(three_digits_after_a_comma_may_be_a_fraction) {
    BOOST_TEST(
        data::number_advice("1,234", '.') ==
        "(marks of thousands are not read, take them out; if it is a decimal mark: --decimal "
        ",)");
    BOOST_TEST(data::number_advice("1,234.5", '.') ==
               "(marks of thousands are not read, take them out)");
}

BOOST_AUTO_TEST_SUITE_END()
