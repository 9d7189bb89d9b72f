#include "fusionflow/solver/epoch_lengths.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(epoch_lengths)

BOOST_AUTO_TEST_CASE(epochs_of_one_length_are_multiples) {
    const solver::epoch_lengths lengths{.first = 0.25};
    BOOST_TEST(lengths.length(7) == 0.25);
    BOOST_TEST(lengths.elapsed(12) == 3);
    BOOST_TEST(lengths.epochs(3.125) == 12.5);
}

BOOST_AUTO_TEST_CASE(shrinking_epochs_add_up) {
    const solver::epoch_lengths lengths{.first = 0.2, .decay = 0.9};
    double length = 0.2;
    double sum = 0;
    for (long epoch = 1; epoch <= 40; ++epoch) {
        // Rounding of 40 products and sums.
        BOOST_TEST(std::abs(lengths.length(epoch) / length - 1) < 1e-14);
        BOOST_TEST(std::abs(lengths.elapsed(epoch - 1) - sum) < 1e-14);
        // A quarter of the way through the epoch.
        BOOST_TEST(std::abs(lengths.epochs(sum + length / 4) - (double(epoch) - 0.75)) < 1e-12);
        sum += length;
        length *= 0.9;
    }
}

BOOST_AUTO_TEST_CASE(times_that_never_come_take_infinitely_many_epochs) {
    const solver::epoch_lengths lengths{.first = 0.2, .decay = 0.9};  // 2 in all
    BOOST_TEST(std::isinf(lengths.epochs(2.1)));
    BOOST_TEST(std::isinf(lengths.epochs(std::numeric_limits<double>::infinity())));
    BOOST_TEST(std::isnan(lengths.epochs(std::numeric_limits<double>::quiet_NaN())));
}

BOOST_AUTO_TEST_SUITE_END()
