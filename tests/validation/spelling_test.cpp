#include "fusionflow/validation/study/spelling.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <nlohmann/json.hpp>

using namespace fusionflow;
using validation::json_text;
using validation::number;
using validation::numbers;
using validation::spell;

BOOST_AUTO_TEST_SUITE(spelling)

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

BOOST_AUTO_TEST_CASE(numbers_of_json_are_null_where_they_are_not_finite) {
    for (const double value : {unknown, infinity, -infinity}) {
        BOOST_TEST(number(value).is_null());
    }
    // The shortest digits that read back the same.
    BOOST_TEST(number(0.1).dump() == "0.1");
    BOOST_TEST(number(-2).dump() == "-2.0");
    BOOST_TEST(numbers(std::vector{1.5, infinity, unknown}).dump() == "[1.5,null,null]");
    BOOST_TEST(numbers({}).dump() == "[]");
}

BOOST_AUTO_TEST_CASE(people_read_never_and_a_dash) {
    BOOST_TEST(spell(infinity) == "never");
    BOOST_TEST(spell(unknown) == "-");
    BOOST_TEST(spell(unknown, 6, "–") == "–");
    BOOST_TEST(spell(1.0 / 3) == "0.33333333");
    BOOST_TEST(spell(1.0 / 3, 2) == "0.33");
    BOOST_TEST(spell(12345678.0, 3) == "1.23e+07");
    BOOST_TEST(spell(std::vector<std::string>{"A", "B"}) == "A, B");
    BOOST_TEST(spell(std::vector<std::string>{}) == "nothing");
}

BOOST_AUTO_TEST_CASE(text_of_json_has_lines_and_survives_bytes_that_are_no_utf8) {
    BOOST_TEST(json_text({{"a", 1}, {"b", "\xff"}}) ==
               "{\n  \"a\": 1,\n  \"b\": \"\xef\xbf\xbd\"\n}\n");
}

BOOST_AUTO_TEST_SUITE_END()
