#include "fusionflow/validation/figures/svg.hpp"

#include <boost/test/unit_test.hpp>

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(svg)

BOOST_AUTO_TEST_CASE(text_cannot_become_markup) {
    BOOST_TEST(validation::escape_xml("a<b>&c\n\x01") == "a&lt;b&gt;&amp;c  ");
    BOOST_TEST(validation::escape_xml("\xcf\x84") == "\xcf\x84");
}

BOOST_AUTO_TEST_CASE(title_and_description_are_put_in_place_of_those_there) {
    std::string file = "<svg><title></title><desc>by gnuplot</desc><text>x</text></svg>";
    validation::describe_svg(file, "T<", "D");
    BOOST_TEST(file == "<svg><title>T&lt;</title><desc>D</desc><text>x</text></svg>");
}

BOOST_AUTO_TEST_SUITE_END()
