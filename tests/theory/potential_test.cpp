#include "fusionflow/theory/race/potential.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(potential)

BOOST_AUTO_TEST_CASE(potential_falls_at_the_rate_of_growth) {
    // d phi/du = -u^(1-n), so that du/ds = r u^(n-1) gives d phi/ds = -r. Central difference: error
    // (h^2/6) phi''' < 1e-8 at h = 1e-5.
    for (const int n : {1, 2, 3, 4, 7}) {
        const double u = 0.7;
        const double h = 1e-5;
        const double slope = (theory::potential(n, u + h) - theory::potential(n, u - h)) / (2 * h);
        BOOST_TEST(std::abs(slope + std::pow(u, 1 - n)) < 1e-7);
    }
}

BOOST_AUTO_TEST_CASE(norm_at_potential_is_the_inverse) {
    for (const int n : {1, 2, 3, 4, 20}) {
        for (const double u : {1e-12, 1e-3, 0.3, 0.999}) {
            // Rounding of two powers; ln u of 1e-12 costs a factor of 28.
            BOOST_TEST(std::abs(theory::norm_at_potential(n, theory::potential(n, u)) / u - 1) <
                       1e-13);
        }
    }
}

BOOST_AUTO_TEST_CASE(potential_is_used_up_at_one_for_two_layers_and_at_infinity_for_more) {
    BOOST_TEST(theory::potential(2, 1.0) == 0);
    BOOST_TEST(theory::potential(4, 1e200) == 0);
    BOOST_TEST(std::isinf(theory::norm_at_potential(4, 0.0)));
}

BOOST_AUTO_TEST_SUITE_END()
