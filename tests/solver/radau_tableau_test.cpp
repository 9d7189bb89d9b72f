#include "fusionflow/solver/steps/radau_tableau.hpp"

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <complex>
#include <vector>

using namespace fusionflow;
using coefficients = solver::radau_tableau;

BOOST_AUTO_TEST_SUITE(radau_tableau)

namespace {

using digits50 = boost::multiprecision::cpp_dec_float_50;
constexpr int stages = coefficients::stages;
constexpr int order = 2 * stages - 1;
// Numbers of size 1 and sums of a few of them, each rounded once or twice.
constexpr double rounding = 2e-15;
// Solutions of a linear system with powers of the nodes: they miss by 3.6e-15 at most (measured).
constexpr double rounding_of_solutions = 1e-14;
// The same through eigenvectors and inverses, whose condition number is about 1e2 (measured).
constexpr double rounding_of_inverses = 1e-12;

const coefficients& tableau() {
    static const coefficients made;
    return made;
}

digits50 power(double x, int n) { return boost::multiprecision::pow(digits50(x), n); }

// P_s - P_(s-1) at 2x - 1, whose roots are the right Radau nodes.
digits50 radau_polynomial(const digits50& x) {
    const digits50 y = 2 * x - 1;
    digits50 before = 1;
    digits50 last = y;
    for (int n = 1; n < stages; ++n) {
        const digits50 next = ((2 * n + 1) * y * last - n * before) / (n + 1);
        before = last;
        last = next;
    }
    return last - before;
}

// The right Radau node nearest to a number, in 50 digits.
digits50 root_near(double start) {
    const digits50 aside("1e-25");  // slopes to half of the digits: enough for Newton's method
    digits50 x = start;
    for (int i = 0; i < 8; ++i) {
        const digits50 slope =
            (radau_polynomial(x + aside) - radau_polynomial(x - aside)) / (2 * aside);
        x -= radau_polynomial(x) / slope;
    }
    return x;
}

// Denominator of the Pade approximation (s - 1, s) of exp(z), the stability function of the method:
// its roots are the eigenvalues of the inverse of A (Hairer and Wanner II, IV.3 and IV.5).
std::complex<double> pade_denominator(std::complex<double> z) {
    std::complex<double> sum = 1;
    std::complex<double> term = 1;
    for (int i = 0; i < stages; ++i) {
        term *= -z * static_cast<double>(stages - i) / static_cast<double>((order - i) * (i + 1));
        sum += term;
    }
    return sum;
}

// The polynomial prod (x - a) / (b - a) over the roots a, which is 1 at b: its coefficients, from
// that of x^0 on.
std::vector<digits50> polynomial(const std::vector<digits50>& roots, const digits50& one_at) {
    std::vector<digits50> c{1};
    for (const digits50& root : roots) {
        std::vector<digits50> next(c.size() + 1);
        for (std::size_t k = 0; k < c.size(); ++k) {
            next[k + 1] += c[k] / (one_at - root);
            next[k] -= c[k] * root / (one_at - root);
        }
        c = next;
    }
    return c;
}

// The polynomial that is 1 at node j and 0 at the others, and at 0 if that is a place too.
std::vector<digits50> lagrange(int j, bool with_origin) {
    std::vector<digits50> others;
    for (int i = 0; i < stages; ++i) {
        if (i != j) {
            others.push_back(root_near(tableau().nodes(i)));
        }
    }
    if (with_origin) {
        others.emplace_back(0);
    }
    return polynomial(others, root_near(tableau().nodes(j)));
}

double miss(double written, const digits50& exact) {
    return std::abs(static_cast<double>(exact - written));
}

// How far z is from a root, relative to z.
double distance_to_root(std::complex<double> z) {
    const double aside = 1e-5;
    const auto slope =
        (pade_denominator(z * (1 + aside)) - pade_denominator(z * (1 - aside))) / (2 * aside);
    return std::abs(pade_denominator(z) / slope);
}

// b^T c^k in 50 digits, of the coefficients as they are.
digits50 quadrature(int k) {
    digits50 sum = 0;
    for (int i = 0; i < stages; ++i) {
        sum += digits50(tableau().weights(stages - 1, i)) * power(tableau().nodes(i), k);
    }
    return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(nodes_are_the_roots_of_the_radau_polynomial_in_order) {
    for (int i = 0; i < stages; ++i) {
        const digits50 root = root_near(tableau().nodes(i));
        BOOST_TEST(std::abs(static_cast<double>(root - tableau().nodes(i))) < rounding);
        BOOST_TEST(tableau().nodes(i) > (i == 0 ? 0.0 : tableau().nodes(i - 1)));
    }
    BOOST_TEST(tableau().nodes(stages - 1) == 1.0);
}

BOOST_AUTO_TEST_CASE(weights_are_integrals_of_the_lagrange_polynomials_of_the_nodes) {
    for (int j = 0; j < stages; ++j) {
        const auto c = lagrange(j, false);
        for (int i = 0; i < stages; ++i) {
            const digits50 end = root_near(tableau().nodes(i));
            digits50 integral = 0;
            digits50 power_of_end = end;
            for (int k = 0; k < stages; ++k) {
                integral += c[static_cast<std::size_t>(k)] * power_of_end / (k + 1);
                power_of_end *= end;
            }
            BOOST_TEST(miss(tableau().weights(i, j), integral) < rounding_of_solutions);
        }
    }
}

BOOST_AUTO_TEST_CASE(stages_integrate_powers_below_s_exactly) {
    // C(s): sum_j a_ij c_j^(k-1) = c_i^k / k.
    for (int i = 0; i < stages; ++i) {
        for (int k = 1; k <= stages; ++k) {
            digits50 sum = 0;
            for (int j = 0; j < stages; ++j) {
                sum += digits50(tableau().weights(i, j)) * power(tableau().nodes(j), k - 1);
            }
            const digits50 off = sum - power(tableau().nodes(i), k) / k;
            BOOST_TEST(std::abs(static_cast<double>(off)) < rounding);
        }
    }
}

BOOST_AUTO_TEST_CASE(last_stage_is_a_quadrature_of_order_nine_and_no_more) {
    for (int k = 0; k < order; ++k) {
        const digits50 off = quadrature(k) - digits50(1) / (k + 1);
        BOOST_TEST(std::abs(static_cast<double>(off)) < rounding);
    }
    // Right Radau quadrature of x^(2s-1) on [0, 1] is too large by s (s-1)!^4 / (2 (2s-1)!^2).
    const double excess =
        stages * std::pow(std::tgamma(stages), 4) / (2 * std::pow(std::tgamma(order + 1), 2));
    const auto beyond = static_cast<double>(quadrature(order) - digits50(1) / (order + 1));
    BOOST_TEST(std::abs(beyond - excess) < rounding);
}

BOOST_AUTO_TEST_CASE(coordinates_of_the_tableau_make_the_inverse_of_a_diagonal) {
    const auto& t = tableau();
    coefficients::square expected = coefficients::square::Zero();
    expected(0, 0) = t.real_eigenvalue;
    for (int k = 0; k < coefficients::pairs; ++k) {
        const auto at = 1 + 2 * k;
        expected(at, at) = expected(at + 1, at + 1) = t.eigenvalues(k).real();
        expected(at, at + 1) = -t.eigenvalues(k).imag();
        expected(at + 1, at) = t.eigenvalues(k).imag();
    }
    const coefficients::square one = t.forth * t.back;
    // A^-1 back = back blocks, without the inverse.
    const coefficients::square around = t.weights * t.back * expected;
    BOOST_TEST((one - coefficients::square::Identity()).cwiseAbs().maxCoeff() <
               rounding_of_inverses);
    BOOST_TEST((around - t.back).cwiseAbs().maxCoeff() < rounding_of_inverses);
}

BOOST_AUTO_TEST_CASE(eigenvalues_are_the_poles_of_the_stability_function) {
    const auto& t = tableau();
    BOOST_TEST(distance_to_root(t.real_eigenvalue) < rounding_of_inverses);
    for (int k = 0; k < coefficients::pairs; ++k) {
        BOOST_TEST(t.eigenvalues(k).imag() > 0);
        BOOST_TEST(distance_to_root(t.eigenvalues(k)) < rounding_of_inverses);
    }
    BOOST_TEST(std::abs(t.eigenvalues(0) - t.eigenvalues(1)) > 1.0);
    BOOST_TEST(t.gamma == 1 / t.real_eigenvalue);
}

BOOST_AUTO_TEST_CASE(powers_are_coefficients_of_the_lagrange_polynomials_that_vanish_at_the_start) {
    for (int j = 0; j < stages; ++j) {
        const auto c = lagrange(j, true);
        for (int k = 1; k <= stages; ++k) {
            const digits50& exact = c[static_cast<std::size_t>(k)];
            BOOST_TEST(miss(tableau().powers(k - 1, j), exact) <
                       rounding_of_inverses * std::abs(static_cast<double>(exact)));
        }
    }
}

BOOST_AUTO_TEST_CASE(powers_give_back_the_coefficients_of_a_polynomial) {
    for (int k = 1; k <= stages; ++k) {
        const coefficients::vector values = tableau().nodes.array().pow(static_cast<double>(k));
        coefficients::vector expected = coefficients::vector::Zero();
        expected(k - 1) = 1;
        BOOST_TEST((tableau().powers * values - expected).cwiseAbs().maxCoeff() <
                   rounding_of_inverses);
    }
}

BOOST_AUTO_TEST_CASE(error_estimate_is_a_quadrature_with_the_start_less_that_of_the_method) {
    // The quadrature with weight gamma at 0 and e_j at the nodes has order s, hence e_j is the
    // integral of the Lagrange polynomial j less gamma times its value at 0. The estimate applies e
    // - b to derivatives f = A^-1 Z: estimate^T A = e - b.
    const digits50 gamma = 1 / digits50(tableau().real_eigenvalue);
    for (int j = 0; j < stages; ++j) {
        digits50 expected = -gamma * lagrange(j, false)[0];
        for (int i = 0; i < stages; ++i) {
            expected -= digits50(tableau().estimate(i)) * tableau().weights(i, j);
        }
        BOOST_TEST(std::abs(static_cast<double>(expected)) < rounding_of_solutions);
    }
}

BOOST_AUTO_TEST_CASE(error_estimate_sees_the_power_that_the_stages_cannot_integrate) {
    // Of f = t^(k-1) over [0, 1]: Z_i = c_i^k / k and f_0 = 1 for k = 1, else 0.
    const auto estimate = [](int k) {
        const coefficients::vector stages_less_start =
            tableau().nodes.array().pow(static_cast<double>(k)) / k;
        return (k == 1 ? tableau().gamma : 0.0) + tableau().estimate.dot(stages_less_start);
    };
    for (int k = 1; k <= stages; ++k) {
        BOOST_TEST(std::abs(estimate(k)) < rounding_of_inverses);
    }
    BOOST_TEST(std::abs(estimate(stages + 1)) > 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
