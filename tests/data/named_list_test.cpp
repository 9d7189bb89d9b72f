#include "fusionflow/data/named_list.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

#include "fusionflow/data/need.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(named_list)

namespace {

struct fruit {
    std::string_view name;
    bool red;
};

constexpr fruit apple{"apple", true};
constexpr fruit pear{"pear", false};
constexpr fruit cherry{"cherry", true};
constexpr std::array<const fruit*, 3> all = {&apple, &pear, &cherry};
constexpr data::named_list<fruit> fruits{"dessert", all};

struct oven {
    std::string_view name;
    data::named_parameter parameter = {};
};

constexpr oven grill{.name = "grill"};
constexpr oven fan{
    .name = "fan",
    .parameter = {
        .letter = "T", .usual = 180, .range = "T > 0", .legal = [](double t) { return t > 0; }}};
constexpr oven steam{
    .name = "steam",
    .parameter = {.letter = "P", .range = "P >= 1", .legal = [](double p) { return p >= 1; }}};
constexpr std::array<const oven*, 3> all_ovens = {&grill, &fan, &steam};
constexpr data::named_list<oven> ovens{"oven", all_ovens};

}  // namespace

BOOST_AUTO_TEST_CASE(finds_by_name_or_says_what_there_is) {
    BOOST_TEST(&fruits.find("pear") == &pear);
    BOOST_CHECK_EXCEPTION((void)fruits.find("cake"), data::input_error,
                          says("dessert: need apple, pear or cherry, got 'cake'"));
}

BOOST_AUTO_TEST_CASE(lists_those_that_are_wanted) {
    BOOST_TEST(fruits.names([](const fruit& f) { return f.red; }) == "apple or cherry");
    BOOST_TEST(fruits.names([](const fruit& f) { return !f.red; }) == "pear");
    BOOST_TEST(fruits.names([](const fruit& /*any*/) { return false; }).empty());
}

BOOST_AUTO_TEST_CASE(reads_the_number_after_a_name) {
    BOOST_TEST(ovens.names() == "grill, fan:T or steam:P");
    BOOST_TEST(ovens.parse("grill").kind == &grill);
    BOOST_TEST(ovens.parse("fan").number == 180);
    BOOST_TEST(ovens.parse("fan:2.5e2").number == 250);
    BOOST_TEST(ovens.parse("steam:1").kind == &steam);
    for (const std::string text : {"grill", "fan:0.1", "steam:1e+100"}) {
        BOOST_TEST(to_string(ovens.parse(text)) == text);
    }
    BOOST_TEST(ovens.parse("fan").is_legal());
    BOOST_TEST(!(data::chosen<oven>{&steam, 0.5}).is_legal());
    BOOST_TEST(!data::chosen<oven>(&steam).is_legal());  // it has no number
}

BOOST_AUTO_TEST_CASE(refuses_numbers_that_do_not_fit) {
    for (const std::string text : {"microwave", "grill:3", "", ":1"}) {
        BOOST_CHECK_EXCEPTION((void)ovens.parse(text), data::input_error,
                              says("oven: need grill, fan:T or steam:P, got '" + text + "'"));
    }
    for (const std::string text : {"fan:", "fan:0", "fan:1x", "fan:nan", "fan: 1"}) {
        BOOST_CHECK_EXCEPTION((void)ovens.parse(text), data::input_error,
                              says("oven: need fan:T with T > 0, got '" + text + "'"));
    }
    BOOST_CHECK_EXCEPTION((void)ovens.parse("steam"), data::input_error,
                          says("oven: need steam:P with P >= 1, got 'steam'"));
}

BOOST_AUTO_TEST_CASE(need_refuses_what_breaks_a_rule) {
    BOOST_CHECK_NO_THROW(data::need(true, "rho", "need -1 < rho < 1, got {}", 0.5));
    BOOST_CHECK_EXCEPTION(data::need(false, "rho", "need -1 < rho < 1, got {}", 1.5),
                          data::input_error, says("rho: need -1 < rho < 1, got 1.5"));
}

BOOST_AUTO_TEST_SUITE_END()
