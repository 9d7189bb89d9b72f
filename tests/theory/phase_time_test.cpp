#include "fusionflow/theory/race/phase_time.hpp"

#include <boost/math/quadrature/gauss.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/theory/race/potential.hpp"

using namespace fusionflow;
using digits50 = boost::multiprecision::cpp_bin_float_50;

BOOST_AUTO_TEST_SUITE(phase_time)

namespace {

// The paper's I(L, L_f) for two modalities, k = |s_B|/|s_A|, integral to u = 1, in 50 digits.
// Written from docs/theory.md#first-phase, not from the code: x and y(x) as they stand there.
double paper_integral(int depth, int fusion, double k_double, double u0_double) {
    const digits50 k = k_double;
    const digits50 u0 = u0_double;
    const auto y = [&](const digits50& x) -> digits50 {
        if (fusion == 1) {
            return 1 + k * (x - 1);
        }
        if (fusion == 2) {
            return pow(x, k);
        }
        return pow(k * pow(x, 2 - fusion) + 1 - k, digits50(1) / (2 - fusion));
    };
    // x = e^z spreads the range 1 ... 1/u0 evenly.
    const auto integrand = [&](const digits50& z) -> digits50 {
        const digits50 x = exp(z);
        const digits50 other = y(x);
        return pow(x, 2 - fusion) * pow(sqrt(x * x + other * other), fusion - depth);
    };
    // The nearest singularity of y lies pi/(L_f - 2) > 0.17 off the real axis: 30 Gauss points on
    // panels of at most 0.5 converge to better than 1e-17.
    digits50 sum = 0;
    const int panels = 60;
    const digits50 end = -log(u0);
    for (int i = 0; i < panels; ++i) {
        sum += boost::math::quadrature::gauss<digits50, 30>::integrate(
            integrand, digits50(end * i / panels), digits50(end * (i + 1) / panels));
    }
    return sum.convert_to<double>();
}

double integral(int depth, int fusion, double k, double u0) {
    const double time =
        theory::first_phase_time({{fusion, u0, 1.0}, {fusion, u0, k}}, 0, depth - fusion);
    return time * std::pow(u0, depth - 2);
}

}  // namespace

BOOST_AUTO_TEST_CASE(first_phase_matches_the_papers_integral_in_50_digits) {
    for (const int depth : {2, 3, 4, 7, 12, 20}) {
        for (const int fusion : {1, 2, 3, depth / 2, depth - 1}) {
            if (!(fusion >= 1 && fusion < depth)) {
                continue;
            }
            for (const double u0 : {1e-12, 1e-4, 0.3}) {
                for (const double k : {0.0, 0.4, 0.99, 1.0}) {
                    const double reference = paper_integral(depth, fusion, k, u0);
                    // The promise of the header. Powers like (1e-12)^18 add some 1e-14 of rounding.
                    BOOST_TEST_INFO("L " << depth << " L_f " << fusion << " u0 " << u0 << " k "
                                         << k);
                    BOOST_TEST(std::abs(integral(depth, fusion, k, u0) / reference - 1) < 1e-12);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(late_fusion_has_its_closed_form) {
    // I(L, L) = (1 - u0^(L-2)) / (L-2), ln(1/u0) at L = 2; 1e-13 as rounding of a sum of panels.
    for (const double u0 : {1e-12, 1e-3, 0.3}) {
        BOOST_TEST(std::abs(integral(2, 2, 0.4, u0) / -std::log(u0) - 1) < 1e-13);
        BOOST_TEST(std::abs(integral(4, 4, 0.4, u0) / ((1 - u0 * u0) / 2) - 1) < 1e-13);
        BOOST_TEST(std::abs(integral(20, 20, 0.4, u0) / ((1 - std::pow(u0, 18)) / 18) - 1) < 1e-13);
    }
}

BOOST_AUTO_TEST_CASE(a_larger_trunk_shortens_the_first_phase) {
    const std::vector<theory::racer> racers{{2, 0.01, 1.0}, {2, 0.01, 0.5}};
    BOOST_TEST(theory::first_phase_time(racers, 0, 2, 0.01) <
               theory::first_phase_time(racers, 0, 2));
}

// A racer that starts from where another one is after a part of the clock needs what is left of its
// time. Quadrature to 1e-14, a root to 45 bits.
BOOST_AUTO_TEST_CASE(a_first_phase_can_be_stopped_on_the_way) {
    for (const int branch : {1, 2, 3}) {
        const std::vector<theory::racer> racers{{branch, 0.01, 1.0}, {2, 0.02, 0.5}};
        const double whole = theory::first_phase_time(racers, 0, 2);
        for (const double part : {0.1, 0.9, 0.999}) {
            const double clock = theory::first_phase_clock(racers, 0, 2, 0, part * whole);
            std::vector<theory::racer> later = racers;
            for (theory::racer& r : later) {
                r.norm = theory::norm_at_potential(r.branch, theory::potential(r.branch, r.norm) -
                                                                 r.rate * clock);
            }
            const double rest = theory::first_phase_time(later, 0, 2);
            BOOST_TEST(std::abs(rest / ((1 - part) * whole) - 1) < 1e-9);
        }
        const double end = theory::first_phase_clock(racers, 0, 2, 0, 2 * whole);
        const double gone = theory::potential(branch, 0.01) - theory::potential(branch, 1.0);
        BOOST_TEST(std::abs(end / gone - 1) < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(times_beyond_double_are_not_numbers) {
    BOOST_TEST(std::isnan(theory::first_phase_time({{10, 1e-100, 1.0}}, 0, 10)));
}

BOOST_AUTO_TEST_CASE(trunk_norm_of_one_modality_is_a_power) {
    // u_k^n u_f^p = |W|, u_k = u_f: u_f = |W|^(1/(n+p)). Rounding of exp and log: 1e-14.
    BOOST_TEST(std::abs(theory::trunk_norm({3}, {1.7}, 2) / std::pow(1.7, 0.2) - 1) < 1e-14);
    BOOST_TEST(std::abs(theory::trunk_norm({2}, {1e-30}, 0) / 1e-15 - 1) < 1e-13);
}

BOOST_AUTO_TEST_CASE(trunk_norm_solves_its_equation_for_unequal_branches) {
    const std::vector<int> branches{1, 2, 5};
    const std::vector<double> weights{0.3, 2.0, 0.9};
    const int shared = 3;
    const double trunk = theory::trunk_norm(branches, weights, shared);
    double square = 0;
    for (std::size_t k = 0; k < 3; ++k) {
        square += std::pow(weights[k] / std::pow(trunk, shared), 2.0 / branches[k]);
    }
    // The root is found to 52 bits; the sum of powers amplifies by a few.
    BOOST_TEST(std::abs(square / (trunk * trunk) - 1) < 1e-13);
}

BOOST_AUTO_TEST_SUITE_END()
