
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "fusionflow/data/printable.hpp"
#include "fusionflow/data/random.hpp"

using namespace fusionflow;
using data::is_utf8;

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(well_formed_is_what_the_json_library_takes) {
    data::random_source random(4);
    const auto any = [&](double n) { return static_cast<std::size_t>(random.uniform(0, n)); };
    const std::vector<std::string> pieces = {
        "a",           "\xc3\xa9",     "\xe2\x82\xac",     "\xf0\x9f\x98\x80",
        "\xc0\x80",    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff",
        "\xe0\x80\xaf"};
    int good = 0;
    for (int i = 0; i < 3000; ++i) {
        std::string text;
        for (std::size_t n = any(4); n-- > 0;) {
            text += pieces[any(any(3) == 0 ? 9 : 4)];
        }
        if (any(4) == 0) {
            text.resize(text.size() - std::min<std::size_t>(text.size(), any(3)));
        }
        bool expected = true;
        try {
            (void)nlohmann::json(text).dump();
        } catch (const nlohmann::json::type_error&) {
            expected = false;
        }
        BOOST_TEST_INFO(data::escaped(text));
        BOOST_TEST(is_utf8(text) == expected);
        good += expected ? 1 : 0;
    }
    BOOST_TEST(good > 500);
    BOOST_TEST(good < 2500);
}

BOOST_AUTO_TEST_SUITE_END()
