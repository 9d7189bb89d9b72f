#include "fusionflow/validation/experiments/baseline.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/report/results_report.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::change;
using validation::check_result;

BOOST_AUTO_TEST_SUITE(baseline)

namespace {

check_result result(const std::string& name, double measured, bool passed,
                    double standard_error = std::numeric_limits<double>::quiet_NaN()) {
    check_result r;
    r.name = name;
    r.measured = measured;
    r.passed = passed;
    r.standard_error = standard_error;
    return r;
}

std::string earlier(const std::vector<check_result>& checks) {
    validation::experiment_result one{};
    one.results = checks;
    return validation::results_json({{"s", "about", {one}}}, "provenance", false);
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_moved_is_told_from_noise) {
    const std::string before = earlier(
        {result("s/same", 1, true), result("s/exact", 2, true), result("s/noise", 3, true, 0.1),
         result("s/moved", 3, true, 0.1), result("s/fails", 4, true), result("s/gone", 5, true)});
    const auto changes = validation::compare_with_baseline(
        {result("s/same", 1, true), result("s/exact", 2.00001, true),
         result("s/noise", 3.4, true, 0.1), result("s/moved", 3.5, true, 0.1),
         result("s/fails", 4, false), result("s/added", 6, true)},
        before, "b.json");
    const std::vector<std::pair<std::string, change::kind>> expected = {
        {"s/exact", change::kind::moved}, {"s/noise", change::kind::noise},
        {"s/moved", change::kind::moved}, {"s/fails", change::kind::verdict},
        {"s/added", change::kind::added}, {"s/gone", change::kind::missing}};
    BOOST_TEST_REQUIRE(changes.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        BOOST_TEST(changes[i].name == expected[i].first);
        BOOST_TEST((changes[i].what == expected[i].second));
    }
}

BOOST_AUTO_TEST_CASE(rounding_of_what_is_to_be_zero_has_not_moved) {
    check_result before = result("s/end", 1.9e-15, true);
    before.allowed.high = 1e-4;
    check_result after = before;
    after.measured = 2.2e-15;
    BOOST_TEST(validation::compare_with_baseline({after}, earlier({before}), "b.json").empty());
    after.measured = 2e-9;
    BOOST_TEST(validation::compare_with_baseline({after}, earlier({before}), "b.json").size() == 1);
}

BOOST_AUTO_TEST_CASE(files_that_are_none_are_refused) {
    const auto refuses = [](const std::string& text, const std::string& message) {
        BOOST_CHECK_EXCEPTION((void)validation::compare_with_baseline({}, text, "b.json"),
                              data::input_error, says("baseline: b.json: " + message));
    };
    refuses("{", "not JSON");
    refuses("[]", "need the JSON of `validate --format json`, with a list \"checks\"");
    refuses(R"({"checks": [{"name": 3}]})", "every check needs a \"name\" and \"passed\"");
}

BOOST_AUTO_TEST_SUITE_END()
