#include "fusionflow/validation/study/work_done.hpp"

#include <boost/test/unit_test.hpp>

using namespace fusionflow;
using validation::describe;

BOOST_AUTO_TEST_SUITE(work_done)

BOOST_AUTO_TEST_CASE(a_line_has_what_is_done_failed_the_rate_and_the_time_left) {
    BOOST_TEST(describe({.done = 120, .all = 400, .failed = 3}, 4.8, "rows") ==
               "120 of 400 rows, 3 failed, 25 rows/s, 12 s left");
    BOOST_TEST(describe({.done = 1, .all = 3}, 600, "checks") ==
               "1 of 3 checks, 0 failed, 0.00167 checks/s, 20 min 0 s left");
    BOOST_TEST(describe({.done = 5, .all = 5}, 1, "rows") ==
               "5 of 5 rows, 0 failed, 5 rows/s, 0 s left");
}

BOOST_AUTO_TEST_CASE(rows_of_an_earlier_run_do_not_count_for_the_rate) {
    BOOST_TEST(describe({.done = 310, .all = 400, .before = 300}, 2, "rows") ==
               "310 of 400 rows, 0 failed, 5 rows/s, 18 s left");
}

BOOST_AUTO_TEST_CASE(without_a_rate_nothing_is_said_about_the_time) {
    BOOST_TEST(describe({.done = 300, .all = 400, .before = 300}, 2, "rows") ==
               "300 of 400 rows, 0 failed");
    BOOST_TEST(describe({.done = 3, .all = 400}, 0, "rows") == "3 of 400 rows, 0 failed");
}

BOOST_AUTO_TEST_CASE(long_times_have_two_units) {
    BOOST_TEST(describe({.done = 1, .all = 3601}, 1.5, "rows").ends_with(", 1 h 30 min left"));
    BOOST_TEST(describe({.done = 1, .all = 51}, 3600, "rows").ends_with(", 2 d 2 h left"));
    BOOST_TEST(describe({.done = 1, .all = 10000}, 1e6, "rows").ends_with(", years left"));
}

BOOST_AUTO_TEST_SUITE_END()
