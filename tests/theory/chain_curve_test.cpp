#include "fusionflow/theory/finite/chain_curve.hpp"

#include <boost/math/special_functions/ellint_1.hpp>
#include <boost/math/special_functions/jacobi_elliptic.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/models.hpp"

using fusionflow::tests::relative;

BOOST_AUTO_TEST_SUITE(chain_curve)

// Gauss panels and their sums are good to rounding, the solver for places to 1e-13.
constexpr double exact = 1e-12;

BOOST_AUTO_TEST_CASE(two_others_blow_up_at_the_complete_elliptic_integral) {
    for (const double ratio : {1.0, 0.5, 1e-3}) {
        const fusionflow::theory::chain_curve curve({0.2 * ratio, 0.2});
        const double modulus = std::sqrt(1 - ratio * ratio);
        const double whole = boost::math::ellint_1(modulus) / 0.2;
        // What is cut off at 1e17 times the largest is 1e-17 of the whole or so.
        // Rounding of the modulus enters by 1e-16/ratio^2, divided by a logarithm.
        BOOST_TEST(relative(curve.total(), whole) < 1e-11);
        BOOST_TEST(curve.blows_up());
        const double phi = 0.6 * whole;
        const double size = 0.2 * ratio * boost::math::jacobi_sc(modulus, 0.2 * phi);
        BOOST_TEST(relative(curve.size(curve.place(phi)), size) < 1e-10);
        BOOST_TEST(relative(curve.reached(curve.place(phi)), phi) < exact);
    }
}

BOOST_AUTO_TEST_CASE(three_others_give_the_logarithm_of_their_ratio) {
    // int dx / (sqrt(A^2 + x^2) (c^2 + x^2)) = artanh(q) / (c^2 q), q^2 = 1 - A^2/c^2.
    for (const double small : {0.1, 1e-3, 1e-7}) {
        const double q = std::sqrt(1 - small * small);
        const double logarithm = std::log((1 + q) / small);
        BOOST_TEST(relative(fusionflow::theory::chain_curve({0.3, 0.3 * small, 0.3}).total(),
                            logarithm / (0.09 * q)) < exact);
    }
}

BOOST_AUTO_TEST_CASE(one_other_grows_like_the_hyperbolic_sine_in_any_unit) {
    for (const double unit : {0.0, 1e-6}) {
        const fusionflow::theory::chain_curve curve({0.01}, unit);
        BOOST_TEST(!curve.blows_up());
        const double place = curve.place(3.0);
        BOOST_TEST(relative(curve.size(place), 0.01 * std::sinh(3.0)) < exact);
        BOOST_TEST(relative(curve.reached(place), 3.0) < exact);
    }
}

BOOST_AUTO_TEST_SUITE_END()
