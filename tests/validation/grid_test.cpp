#include "fusionflow/validation/study/grid.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/error.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using words = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(grid)

BOOST_AUTO_TEST_CASE(lists_and_ranges_make_points_with_the_last_axis_fastest) {
    const validation::grid g = validation::grid::parse("fusion=1:3; rho=-0.5,0");
    BOOST_TEST(g.size() == 6U);
    BOOST_TEST(g.point(0) == (words{"1", "-0.5"}), boost::test_tools::per_element());
    BOOST_TEST(g.point(1) == (words{"1", "0"}), boost::test_tools::per_element());
    BOOST_TEST(g.point(5) == (words{"3", "0"}), boost::test_tools::per_element());
    BOOST_TEST(g.describe(2) == "fusion = 2, rho = -0.5");
}

BOOST_AUTO_TEST_CASE(ranges_of_fractions_hit_their_end_and_have_no_rounding_dust) {
    const words expected{"-0.9", "-0.6", "-0.3", "0", "0.3", "0.6", "0.9"};
    BOOST_TEST(validation::grid::parse("rho=-0.9:0.9:0.3").axes()[0].values == expected,
               boost::test_tools::per_element());
    BOOST_TEST(validation::grid::parse("depth=2:8:3").axes()[0].values == (words{"2", "5", "8"}),
               boost::test_tools::per_element());
    BOOST_TEST(validation::grid::parse("depth=2:9:3,20").axes()[0].values ==
                   (words{"2", "5", "8", "20"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(its_text_gives_the_same_grid_again) {
    const std::string given = "fusion=1:4;rho=-0.5, 1e-1,0.1";
    BOOST_TEST(validation::grid::parse(given).text() == given);
    const validation::grid listed({{"fusion", {"1", "2"}}, {"rho", {"1e-1", "0.1"}}});
    BOOST_TEST(listed.text() == "fusion=1,2; rho=1e-1,0.1");
    const validation::grid again = validation::grid::parse(listed.text());
    BOOST_TEST(again.axes()[1].values == listed.axes()[1].values, boost::test_tools::per_element());
    BOOST_TEST(validation::grid().text().empty());
}

BOOST_AUTO_TEST_CASE(points_are_settings_on_top_of_others) {
    validation::settings base;
    validation::set_option(base, "depth", "4");
    const auto s = validation::grid::parse("fusion=1:4").at(base, 2);
    BOOST_TEST(s.depth == 4);
    BOOST_TEST(s.fusion.value() == 3);
    BOOST_TEST(!base.fusion.has_value());
}

BOOST_AUTO_TEST_CASE(no_axes_are_one_point) {
    BOOST_TEST(validation::grid().size() == 1U);
    BOOST_TEST(validation::grid().point(0).empty());
    BOOST_TEST(validation::grid().describe(0).empty());
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_a_grid) {
    const auto refuses = [](const std::string& text, const std::string& message) {
        BOOST_CHECK_EXCEPTION((void)validation::grid::parse(text), data::input_error,
                              says(message));
    };
    refuses("", "grid: need option=values; option=values, as in 'fusion=1:4; rho=0,0.5', got ''");
    refuses("rho", "grid: need option=values; option=values, as in 'fusion=1:4; rho=0,0.5', "
                   "got 'rho'");
    refuses("rho=", "grid: need a number, got ''");
    refuses("rho=0,x", "grid: need a number, got 'x'");
    refuses("rho=nan", "grid: need a finite number, got 'nan'");
    refuses("rho=0:0.5", "grid: need a step in a range of fractions, as in 0:1:0.25, got '0:0.5'");
    refuses("depth=4:2", "grid: need first <= last and a step > 0, got '4:2'");
    refuses("depth=1:4:0", "grid: need first <= last and a step > 0, got '1:4:0'");
    refuses("depth=1:2:3:4", "grid: need first:last or first:last:step, got '1:2:3:4'");
    refuses("rho=0;rho=1", "grid: axis 'rho' is there twice");
    refuses("rho=0:1:1e-9", "grid: need at most 1000000 points, got '0:1:1e-9'");
    refuses("seed=1:2000; width=1:2000", "grid: need at most 1000000 points");
    const std::string axes =
        "axes are rho, ratio, target-ratio, noise, input-weight, draws, data-seed, depth, fusion, "
        "shared, init, gain, width, seed, learning-rate, max-epochs, epochs, weight-decay, "
        "samples, variance, decay-rate, batch, rounds, accuracy, rtol, max-steps, max-time, tail, "
        "enough";
    refuses("foo=1", "grid: 'foo' is not an axis; " + axes);
    refuses("scheme=1", "grid: 'scheme' is not an axis; " + axes);
}

BOOST_AUTO_TEST_SUITE_END()
