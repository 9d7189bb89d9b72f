#include "fusionflow/data/named_list.hpp"

#include <array>
#include <boost/test/unit_test.hpp>

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

BOOST_AUTO_TEST_CASE(need_refuses_what_breaks_a_rule) {
    BOOST_CHECK_NO_THROW(data::need(true, "rho", "need -1 < rho < 1, got {}", 0.5));
    BOOST_CHECK_EXCEPTION(data::need(false, "rho", "need -1 < rho < 1, got {}", 1.5),
                          data::input_error, says("rho: need -1 < rho < 1, got 1.5"));
}

BOOST_AUTO_TEST_SUITE_END()
