#include "fusionflow/data/printable.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/error.hpp"

BOOST_AUTO_TEST_SUITE(printable)

BOOST_AUTO_TEST_CASE(text_of_any_language_stays) {
    const std::string text = "A b, τ ± é 日本 \U0001F600 \xd7\x90";
    BOOST_TEST(fusionflow::data::printable(text) == text);
    BOOST_TEST(fusionflow::data::printable("").empty());
}

BOOST_AUTO_TEST_CASE(what_steers_a_terminal_does_not) {
    using fusionflow::data::printable;
    BOOST_TEST(printable("a\x1b[2J\x7f\r\n\tb") == "a?[2J????b");
    BOOST_TEST(printable("A\xc2\x9b"
                         "31m\xc2\x80\xc2\x9f\xc2\xa0") == "A?31m??\xc2\xa0");
    BOOST_TEST(printable("x\xe2\x80\xae"
                         "y\xe2\x80\xa8z\xe2\x81\xa6") == "x?y?z?");
    BOOST_TEST(printable(std::string_view("a\0b", 3), ' ') == "a b");
    BOOST_TEST(printable("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd") == "??\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_replaced_one_by_one) {
    using fusionflow::data::printable;
    BOOST_TEST(printable("caf\xe9") == "caf?");
    BOOST_TEST(printable("\x9b\xff\xc0\xaf") == "????");            // bare C1, and "/" in two bytes
    BOOST_TEST(printable("\xe0\x80\xaf\xed\xa0\x80") == "??????");  // too long; a surrogate
    BOOST_TEST(printable("\xf4\x90\x80\x80") == "????");            // beyond U+10FFFF
    BOOST_TEST(printable("\xe2\x82") == "??");                      // cut
}

BOOST_AUTO_TEST_CASE(ends_of_lines_stay_where_they_are_wanted) {
    using fusionflow::data::printable;
    BOOST_TEST(printable("a\nb\tc\r", '?', "\n\t") == "a\nb\tc?");
}

BOOST_AUTO_TEST_CASE(refusals_are_one_line_of_plain_text) {
    const fusionflow::data::input_error e("a\nb\xff", "not \xc2\x9b"
                                                      "31m");
    BOOST_TEST(e.what() == std::string("a?b?: not ?31m"));
    BOOST_TEST(e.field() == "a\nb\xff");
}

BOOST_AUTO_TEST_CASE(a_character_that_may_be_shown_has_the_bytes_that_it_takes) {
    using fusionflow::data::printable_bytes;
    BOOST_TEST(printable_bytes("a\n") == 1U);
    BOOST_TEST(printable_bytes("\u00e9a") == 2U);
    BOOST_TEST(printable_bytes("\u20ac") == 3U);
    BOOST_TEST(printable_bytes("\U0001F600") == 4U);
    for (const std::string text :
         {"\na", "\x7f", "\u0085", "\u202e", "\xff", "\xe2\x82", "\xc0\xaf"}) {
        BOOST_TEST(printable_bytes(text) == 0U);
    }
}

BOOST_AUTO_TEST_CASE(what_a_terminal_obeys_is_escaped) {
    BOOST_TEST(fusionflow::data::escaped("caf\xc3\xa9 5 \xe2\x82\xac") ==
               "caf\xc3\xa9 5 \xe2\x82\xac");
    BOOST_TEST(fusionflow::data::escaped("\x1b[31mred\x7f") == "\\x1b[31mred\\x7f");
    BOOST_TEST(fusionflow::data::escaped("a\xc2\x9b"
                                         "31m") == "a\\x9b31m");
    BOOST_TEST(fusionflow::data::escaped("a\xff\xc3") == "a\\xff\\xc3");
    BOOST_TEST(fusionflow::data::escaped("a\xe2\x80\xae") == "a\\u202e");
}

BOOST_AUTO_TEST_SUITE_END()
