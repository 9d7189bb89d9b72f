// How a small weight turns to a constant residual, against quadrature in 50 digits.
#include "fusionflow/theory/race/turning.hpp"

#include <boost/math/constants/constants.hpp>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/models.hpp"

using namespace fusionflow;
using tests::relative;
using theory::dual;

BOOST_AUTO_TEST_SUITE(turning)

namespace {

using exact = boost::multiprecision::cpp_bin_float_50;

constexpr double pi = 3.14159265358979323846;

// int_(cos theta)^infinity (x^2 + sin^2 theta)^(-(n-1)/2) dx, by the angle: x = sin theta cot phi,
// as a part of theta.
exact integral(int n, const exact& theta) {
    boost::math::quadrature::tanh_sinh<exact> rule;
    const exact sine = sin(theta);
    const auto f = [&](const exact& part) {
        return exact(theta * pow(sin(exact(part * theta)) / sine, n - 3) / sine);
    };
    return rule.integrate(f, exact(0), exact(1), exact("1e-40"));
}

double factor(int n, double theta) {
    const double sine = std::sin(theta);
    return theory::turning_factor(n, std::cos(theta), sine * sine);
}

}  // namespace

BOOST_AUTO_TEST_CASE(three_and_four_layers_have_closed_forms) {
    for (const double theta : {1e-9, 0.01, 0.7, 1.5, 2.2, 3.0}) {
        // Rounding of a sum of about 50 terms, and of sin^2 near pi.
        BOOST_TEST(relative(factor(3, theta), theta / std::sin(theta)) < 1e-13);
        BOOST_TEST(relative(factor(4, theta), 2 / (1 + std::cos(theta))) < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(the_factor_is_the_integral_at_every_depth) {
    for (const int n : {3, 4, 5, 6, 9, 20}) {
        for (const double theta : {1e-4, 0.3, 0.785, 0.786, 1.2, 1.5707, 1.5709, 2.0, 2.9}) {
            const double expected = static_cast<double>((n - 2) * integral(n, theta));
            // The cosine and the square of the sine are given to rounding; near pi the factor
            // goes as their power 2 - n.
            BOOST_TEST(relative(factor(n, theta), expected) < 1e-14 * n / std::sin(theta));
        }
    }
}

BOOST_AUTO_TEST_CASE(straight_ahead_nothing_is_lost_and_straight_back_all) {
    for (const int n : {3, 4, 7}) {
        BOOST_TEST(theory::turning_factor(n, 1.0, 0.0) == 1);
        BOOST_TEST(std::isinf(theory::turning_factor(n, -1.0, 0.0)));
        BOOST_TEST(factor(n, pi - 1e-3) > factor(n, pi - 2e-3));
        // A straight weight of potential 1/(n-2) has u^(2-n) = left.
        BOOST_TEST(relative(theory::turned_part(n, 1.0, 0.0, 0.25),
                            std::pow(0.25, -1.0 / (n - 2))) < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(a_weight_turns_to_where_the_rest_of_the_integral_is) {
    for (const int n : {3, 4, 5, 8}) {
        for (const double theta : {1e-3, 0.6, 1.7, 2.8}) {
            for (const double left : {0.999, 0.5, 1e-3, 1e-9}) {
                const double sine = std::sin(theta);
                const double part = theory::turned_part(n, std::cos(theta), sine * sine, left);
                const double now = std::atan2(sine, part);
                const double all = static_cast<double>(integral(n, theta));
                const double rest =
                    static_cast<double>(integral(n, now)) * std::pow(std::hypot(part, sine), 2 - n);
                // A relative error of x is one of n - 2 of what is left.
                BOOST_TEST(relative(rest, left * all) < 1e-12);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(slopes_are_those_of_differences) {
    for (const int n : {3, 4, 6}) {
        for (const double theta : {0.4, 1.5, 2.5}) {
            const auto at = [&](double t, double left) {
                const double sine = std::sin(t);
                return theory::turned_part(n, std::cos(t), sine * sine, left);
            };
            const dual cosine = theory::make_dual(std::cos(theta), -std::sin(theta));
            const dual square =
                theory::make_dual(std::sin(theta) * std::sin(theta), std::sin(2 * theta));
            const double h = 1e-5;
            const double by_theta = (factor(n, theta + h) - factor(n, theta - h)) / (2 * h);
            // The difference errs by h^2 and rounding / h.
            BOOST_TEST(relative(theory::slope_of(theory::turning_factor(n, cosine, square)),
                                by_theta) < 1e-7);
            const double left = 0.3;
            const double turned = (at(theta + h, left) - at(theta - h, left)) / (2 * h);
            const dual fixed = theory::make_dual(left, 0);
            BOOST_TEST(std::abs(theory::slope_of(theory::turned_part(n, cosine, square, fixed)) -
                                turned) < 1e-7 * (1 + std::abs(turned)));
            const double by_left = (at(theta, left + h) - at(theta, left - h)) / (2 * h);
            const dual still = theory::make_dual(std::cos(theta), 0);
            const dual still_square = theory::make_dual(std::sin(theta) * std::sin(theta), 0);
            const dual moving = theory::make_dual(left, 1);
            BOOST_TEST(
                relative(theory::slope_of(theory::turned_part(n, still, still_square, moving)),
                         by_left) < 1e-7);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
