#include "fusionflow/validation/experiments/check.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

using namespace fusionflow;
using validation::check_kind;
using validation::grid;
using validation::run_check;

BOOST_AUTO_TEST_SUITE(check)

namespace {

validation::check agreement() {
    validation::check c;
    c.name = "a";
    c.claim = "The formula is close.";
    c.measured = "formula";
    c.expected = "flow";
    c.quantity = "times";
    c.points = grid::parse("init=1e-4,1e-8");
    c.tolerance = 0.1;
    validation::set_option(c.model, "rho", "0.5");
    c.reason = "a guess";
    return c;
}

}  // namespace

BOOST_AUTO_TEST_CASE(agreement_has_a_result_per_point_and_modality) {
    const auto results = run_check(agreement());
    BOOST_TEST(results.size() == 4U);
    BOOST_TEST(results[0].name == "a: init = 1e-4, time of A");
    BOOST_TEST(results[3].name == "a: init = 1e-8, time of B");
    for (const auto& r : results) {
        BOOST_TEST(r.passed);
        BOOST_TEST(r.error > 0);
        BOOST_TEST(r.error == std::abs(r.measured - r.expected) / r.expected);
        BOOST_TEST(r.tolerance == 0.1);
        BOOST_TEST(r.quantity == "times");
        BOOST_TEST(std::abs(r.allowed.low - 0.9 * r.expected) < 1e-12 * r.expected);
        BOOST_TEST(std::abs(r.allowed.high - 1.1 * r.expected) < 1e-12 * r.expected);
        BOOST_TEST(r.reason == "a guess");
    }
}

BOOST_AUTO_TEST_CASE(agreement_fails_beyond_its_tolerance) {
    validation::check c = agreement();
    c.tolerance = 1e-6;
    for (const auto& r : run_check(c)) {
        BOOST_TEST(!r.passed);
        BOOST_TEST(r.trouble.empty());
    }
}

BOOST_AUTO_TEST_CASE(quantities_select_the_first_time_or_the_ratio) {
    validation::check c = agreement();
    c.points = {};
    c.quantity = "first_time";
    auto results = run_check(c);
    BOOST_TEST(results.size() == 1U);
    BOOST_TEST(results[0].name == "a: time of A");
    // B is the stronger input: it comes first.
    validation::set_option(c.model, "ratio", "0.5");
    BOOST_TEST(run_check(c)[0].name == "a: time of B");
    c.quantity = "time_ratio";
    BOOST_TEST(run_check(c)[0].name == "a: time_ratio");
}

BOOST_AUTO_TEST_CASE(a_method_in_trouble_fails_and_says_why) {
    validation::check c = agreement();
    validation::set_option(c.model, "max-steps", "3");
    const auto results = run_check(c);
    BOOST_TEST(results.size() == 2U);
    BOOST_TEST(!results[0].passed);
    BOOST_TEST(results[0].trouble == "flow: step_limit");
    BOOST_TEST(std::isnan(results[0].measured));
}

BOOST_AUTO_TEST_CASE(convergence_measures_the_order_and_fails_on_another) {
    validation::check c = agreement();
    c.kind = check_kind::convergence;
    validation::set_option(c.model, "depth", "4");
    validation::set_option(c.model, "fusion", "4");
    validation::set_option(c.model, "rtol", "1e-11");
    c.points = grid::parse("init=0.1,0.05,0.025");
    c.order = 2;
    c.tolerance = 0.05;
    auto results = run_check(c);
    BOOST_TEST(results.size() == 2U);
    BOOST_TEST(results[0].name == "a: order of time of A");
    BOOST_TEST(results[0].passed);
    BOOST_TEST(results[0].expected == 2);
    c.order = 1;
    BOOST_TEST(!run_check(c)[0].passed);
}

BOOST_AUTO_TEST_CASE(invariants_hold_for_flows_and_are_seen_to_break_for_large_steps) {
    validation::check c = agreement();
    c.kind = check_kind::invariant;
    c.points = {};
    c.measured = "full";
    c.tolerance = 1e-6;
    for (const auto& [name, value] :
         {std::pair{"init", "0.1"}, {"width", "10"}, {"method", "flow"}}) {
        validation::set_option(c.model, name, value);
    }
    for (const std::string& quantity : validation::quantities_of(check_kind::invariant)) {
        c.quantity = quantity;
        const auto results = run_check(c);
        BOOST_TEST_INFO(quantity);
        BOOST_TEST(results.size() == 1U);
        BOOST_TEST(results[0].passed);
        BOOST_TEST(results[0].expected == 0);
    }
    // Gradient descent with a step near the inverse of the curvature conserves nothing.
    c.quantity = "balance_drift";
    validation::set_option(c.model, "scheme", "gaussian");
    validation::set_option(c.model, "method", "gd");
    validation::set_option(c.model, "learning-rate", "0.1");
    BOOST_TEST(!run_check(c)[0].passed);
}

BOOST_AUTO_TEST_CASE(ranges_are_said_as_people_read_them) {
    const double infinity = std::numeric_limits<double>::infinity();
    BOOST_TEST(to_string(validation::allowed_range{3.6, 4.2}) == "3.6 ... 4.2");
    BOOST_TEST(to_string(validation::allowed_range{3.6, infinity}) == ">= 3.6");
    BOOST_TEST(to_string(validation::allowed_range{-infinity, 0.02}) == "<= 0.02");
    BOOST_TEST(to_string(validation::allowed_range{2, 2}) == "2");
    BOOST_TEST(to_string(validation::about(infinity, 0.1)) == "never");
    BOOST_TEST(to_string(validation::about(4, 0.01)) == "3.96 ... 4.04");
    BOOST_TEST(to_string(validation::about(-4, 0.01)) == "-4.04 ... -3.96");
}

BOOST_AUTO_TEST_CASE(what_is_outside_or_unknown_is_not_allowed) {
    const double infinity = std::numeric_limits<double>::infinity();
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    const validation::allowed_range range{3, 4};
    BOOST_TEST(range.holds(3));
    BOOST_TEST(!range.holds(4.1));
    BOOST_TEST(!range.holds(unknown));
    BOOST_TEST(!validation::allowed_range{}.holds(unknown));
    BOOST_TEST(validation::about(infinity, 0.1).holds(infinity));
    BOOST_TEST(!validation::about(infinity, 0.1).holds(1e300));
    BOOST_TEST(range.beyond(3.25) == -0.25);
    BOOST_TEST(range.beyond(4.5) == 0.5);
    BOOST_TEST(range.beyond(unknown) == infinity);
    BOOST_TEST(validation::about(infinity, 0.1).beyond(infinity) == 0);
}

BOOST_AUTO_TEST_CASE(a_failure_says_what_was_allowed) {
    validation::check_result r;
    r.measured = 4.5;
    r.measured_by = "full";
    r.allowed = {3.6, 4.2};
    BOOST_TEST(failure_text(r) == "measured 4.5 (full), allowed 3.6 ... 4.2");
    r.expected = 4;
    r.expected_by = "formula";
    r.allowed = {3.6, 4.4};
    r.error = 0.125;
    r.tolerance = 0.1;
    BOOST_TEST(failure_text(r) ==
               "expected 4 (formula), measured 4.5 (full), allowed 3.6 ... 4.4, error 0.125 of at "
               "most 0.1");
}

BOOST_AUTO_TEST_CASE(a_check_judges_times_of_the_methods_that_it_compares) {
    validation::check c = agreement();
    BOOST_TEST(judges_times_of(c, "formula"));
    BOOST_TEST(judges_times_of(c, "flow"));
    BOOST_TEST(!judges_times_of(c, "law"));
    // Both sides would be spoiled alike.
    c.expected = "formula";
    BOOST_TEST(!judges_times_of(c, "formula"));
    c.kind = check_kind::invariant;
    c.measured = "full";
    c.expected = "";
    BOOST_TEST(!judges_times_of(c, "full"));
}

BOOST_AUTO_TEST_SUITE_END()
