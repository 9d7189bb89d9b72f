#include "fusionflow/validation/experiments/compare.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/theory/learning.hpp"
#include "tests/support/options.hpp"

using namespace fusionflow;
using solver::find_method;
using tests::answer_of;
using validation::relative_error;

BOOST_AUTO_TEST_SUITE(compare)

BOOST_AUTO_TEST_CASE(relative_error_knows_never_and_unknown) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(relative_error(11, 10) == 0.1);
    BOOST_TEST(relative_error(9, -10) == 1.9);
    BOOST_TEST(relative_error(0, 0) == 0);
    BOOST_TEST(relative_error(theory::never, theory::never) == 0);
    BOOST_TEST(std::isinf(relative_error(3, theory::never)));
    BOOST_TEST(std::isinf(relative_error(theory::never, 3)));
    BOOST_TEST(std::isnan(relative_error(unknown, 3)));
    BOOST_TEST(std::isnan(relative_error(3, unknown)));
}

BOOST_AUTO_TEST_CASE(numbers_of_both_methods_stand_side_by_side) {
    validation::settings s;
    validation::set_option(s, "init", "1e-6");
    const auto& formula = find_method("formula");
    const auto& flow = find_method("flow");
    const auto found = validation::compare(s, formula, flow);
    BOOST_TEST(found.trouble.empty());
    BOOST_TEST(found.measured.size() == 3U);
    BOOST_TEST(found.measured[0] == answer_of(s, "formula").times[0]);
    BOOST_TEST(found.expected[2] == answer_of(s, "flow").time_ratio());
    BOOST_TEST(found.errors[1] == relative_error(found.measured[1], found.expected[1]));
    BOOST_TEST(found.errors[1] > 0);
}

BOOST_AUTO_TEST_CASE(random_networks_are_averaged_over_their_repeats) {
    validation::settings s;
    validation::set_option(s, "scheme", "gaussian");
    validation::set_option(s, "width", "10");
    const auto& full = find_method("full");
    const auto found = validation::compare(s, full, find_method("exact"), 3);
    double mean = 0;
    for (int r = 0; r < 3; ++r) {
        mean += answer_of(s, "full", r).times[1] / 3;
    }
    BOOST_TEST(found.measured[1] == mean);
}

BOOST_AUTO_TEST_CASE(trouble_is_named_and_leaves_no_numbers) {
    validation::settings s;
    validation::set_option(s, "max-steps", "5");
    const auto stopped = validation::compare(s, find_method("formula"), find_method("flow"));
    BOOST_TEST(stopped.trouble == "flow: step_limit");
    BOOST_TEST(stopped.errors.empty());
    const auto absent = validation::compare({}, find_method("exact"), find_method("flow"));
    BOOST_TEST(absent.trouble == "exact: not available for this model");
}

BOOST_AUTO_TEST_SUITE_END()
