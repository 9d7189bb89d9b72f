#include "fusionflow/theory/prediction/sensitivity.hpp"

#include <boost/math/quadrature/gauss.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/differences.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using digits50 = boost::multiprecision::cpp_bin_float_50;
using tests::whole_model;
using theory::architecture;
using theory::parameter;
using kind = parameter::kind;

BOOST_AUTO_TEST_SUITE(sensitivity)

namespace {

theory::sensitivity_table table_of(const whole_model& m) {
    return theory::sensitivities(m.moments, m.arch, m.init, m.options);
}

// The derivative by one parameter.
Eigen::VectorXd slope(const theory::sensitivity_table& table, const Eigen::MatrixXd& slopes,
                      kind what, int first = -1) {
    return slopes.col(find_parameter(table.parameters, what, first).value());
}

std::vector<double> race_times(const whole_model& m) {
    return theory::race(m.moments, m.arch, m.init, m.options.weight_decay).answer.times;
}

std::vector<double> refined_times(const whole_model& m) {
    return theory::refined_two_layer(m.moments, m.arch, theory::expected_grams(m.moments, m.init),
                                     m.options.learning_rate)
        ->times;
}

// Differences extrapolated from steps of 4e-3: truncation (4e-3)^8, rounding 1e-13/5e-4 of the
// quadrature's 1e-13; 1e-8 leaves room for fourth powers that large derivatives bring.
void check_differences(const whole_model& m, const Eigen::MatrixXd& slopes,
                       const tests::times_of& times, kind left_out) {
    const auto table = table_of(m);
    for (std::size_t i = 0; i < table.parameters.size(); ++i) {
        const parameter& by = table.parameters[i];
        if (by.what == left_out || (by.what == kind::weight_decay && m.options.weight_decay == 0)) {
            continue;  // below zero there are no differences
        }
        const bool small = by.what == kind::weight_decay || by.what == kind::learning_rate;
        const Eigen::VectorXd found = slopes.col(static_cast<Eigen::Index>(i));
        const Eigen::VectorXd expected = tests::extrapolated(m, by, times, small ? 1e-3 : 4e-3);
        for (Eigen::Index k = 0; k < found.size(); ++k) {
            BOOST_TEST_INFO(to_string(m.moments, by) << ", " << m.moments.name(static_cast<int>(k))
                                                     << ": " << found(k) << ", " << expected(k));
            BOOST_TEST(std::abs(found(k) - expected(k)) < 1e-8 * (1 + std::abs(expected(k))));
        }
    }
}

// Toy data with x_A, x_B and y scaled, in 50 digits; written from docs/theory.md#first-phase.
struct toy50 {
    int depth;
    int fusion;
    digits50 rho;
    digits50 kappa;
    digits50 log_u0;
    digits50 scale_a = 0;  // logarithms
    digits50 scale_b = 0;
    digits50 scale_y = 0;

    [[nodiscard]] digits50 correlation_a() const {
        return exp(scale_y + scale_a) * (kappa * kappa + rho * kappa);
    }
    [[nodiscard]] digits50 correlation_b() const {
        return exp(scale_y + scale_b) * (1 + rho * kappa);
    }
};

// int_1^(1/u0) x^(1-n) (x^2 + y^2)^(-p/2) dx in panels of ln x.
digits50 first_integral(const toy50& m) {
    const digits50 k = m.correlation_b() / m.correlation_a();
    const auto other = [&](const digits50& x) -> digits50 {
        if (m.fusion == 2) {
            return pow(x, k);
        }
        return pow(k * pow(x, 2 - m.fusion) + 1 - k, digits50(1) / (2 - m.fusion));
    };
    const auto integrand = [&](const digits50& z) -> digits50 {
        const digits50 x = exp(z);
        const digits50 y = other(x);
        return pow(x, 2 - m.fusion) * pow(sqrt(x * x + y * y), m.fusion - m.depth);
    };
    digits50 sum = 0;
    const int panels = 40;
    for (int i = 0; i < panels; ++i) {
        sum += boost::math::quadrature::gauss<digits50, 30>::integrate(
            integrand, digits50(-m.log_u0 * i / panels), digits50(-m.log_u0 * (i + 1) / panels));
    }
    return sum;
}

// ln t_A and ln t_B, A first.
std::array<digits50, 2> log_times(const toy50& m) {
    const int n = m.fusion;
    const int trunk = m.depth - n;
    const digits50 s_a = m.correlation_a();
    const digits50 s_b = m.correlation_b();
    const digits50 w_a = exp(m.scale_y - m.scale_a) * (1 + m.rho / m.kappa);
    const digits50 e_b = exp(m.scale_y + m.scale_b) * (1 - m.rho * m.rho);
    // Of a branch, to u = 1 in late fusion and to infinity else (docs/theory.md#conventions).
    digits50 potential = -m.log_u0;
    if (n > 2) {
        potential = (exp((2 - n) * m.log_u0) - (trunk == 0 ? 1 : 0)) / (n - 2);
    }
    const digits50 first = trunk == 0
                               ? digits50(potential / s_a)
                               : digits50(exp((2 - m.depth) * m.log_u0) / s_a * first_integral(m));
    const digits50 speed = trunk == 0 ? digits50(1) : pow(w_a, digits50(trunk) / m.depth);
    return {log(first), log(first + potential * (1 - s_b / s_a) / (e_b * speed))};
}

// d ln t by a member of toy50, central differences: h^2 = 1e-28, rounding 1e-50/h.
Eigen::Vector2d by_member(toy50 m, digits50 toy50::*member, bool relative) {
    const digits50 h = digits50("1e-14") * (relative ? m.*member : digits50(1));
    const digits50 at = m.*member;
    m.*member = at + h;
    const auto up = log_times(m);
    m.*member = at - h;
    const auto down = log_times(m);
    const auto difference = [&](std::size_t i) {
        return digits50((up[i] - down[i]) / digits50("2e-14")).convert_to<double>();
    };
    return {difference(0), difference(1)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(two_modalities_match_differences_in_50_digits) {
    // rho = -0.9, kappa = 3 reverses the sign of E_B, which two-layer late fusion can follow.
    for (const auto& [depth, fusion, rho, kappa, u0] : {std::tuple{2, 2, 0.5, 2.0, 1e-6},
                                                        {2, 2, -0.9, 3.0, 1e-3},
                                                        {4, 4, 0.5, 2.0, 1e-2},
                                                        {3, 3, -0.3, 1.5, 0.1},
                                                        {4, 3, 0.5, 2.0, 1e-2},
                                                        {4, 2, 0.4, 2.0, 0.03},
                                                        {6, 4, -0.3, 1.7, 0.1}}) {
        BOOST_TEST_INFO_SCOPE("L " << depth << " L_f " << fusion << " rho " << rho);
        const auto table =
            table_of({tests::toy(rho, kappa), architecture::fused(depth, fusion, 2), {.u0 = u0}});
        const toy50 m{depth, fusion, rho, kappa, log(digits50(u0))};
        const auto agrees = [&](kind what, int first, const Eigen::Vector2d& expected) {
            const Eigen::VectorXd found = slope(table, table.leading, what, first);
            // Quadrature to 1e-11, and a few powers.
            BOOST_TEST((found - expected).norm() < 1e-10 * (1 + expected.norm()));
        };
        agrees(kind::init, -1, by_member(m, &toy50::log_u0, false));
        agrees(kind::target_scale, -1, by_member(m, &toy50::scale_y, false));
        agrees(kind::scale, 0, by_member(m, &toy50::scale_a, false));
        agrees(kind::scale, 1, by_member(m, &toy50::scale_b, false));
        // rho d/d rho at fixed weights of the target.
        agrees(kind::coupling, 0, by_member(m, &toy50::rho, true));
    }
}

BOOST_AUTO_TEST_CASE(three_modalities_match_extrapolated_differences) {
    const std::vector<architecture> archs = {
        architecture::fused(2, 2, 3), architecture::fused(4, 4, 3), architecture::fused(4, 2, 3),
        architecture::fused(5, 3, 3), architecture::fused(4, 1, 3), architecture({4, 3, 2}, 1),
        architecture({1, 3, 2}, 2)};
    for (const architecture& arch : archs) {
        for (const unsigned seed : {1U, 2U, 3U}) {
            const whole_model m{tests::random_moments({1, 2, 2}, seed), arch, {.u0 = 1e-2}};
            check_differences(m, table_of(m).leading, race_times, kind::learning_rate);
        }
    }
    whole_model uneven{tests::random_moments({2, 1, 3}, 4), architecture({3, 2, 2}, 2), {}};
    uneven.init.branch_norms = {0.01, 0.02, 0.005};
    uneven.init.trunk_excess = 3e-4;
    check_differences(uneven, table_of(uneven).leading, race_times, kind::learning_rate);
}

BOOST_AUTO_TEST_CASE(weight_decay_is_differentiated_and_differentiated_by) {
    for (const unsigned seed : {1U, 2U, 5U}) {
        whole_model m{
            tests::random_moments({1, 2, 2}, seed), architecture::fused(2, 2, 3), {.u0 = 1e-4}};
        const auto free = table_of(m);
        m.options.weight_decay = 0.02;
        check_differences(m, table_of(m).leading, race_times, kind::learning_rate);
        // At lambda = 0 it is the derivative from above, to the first order in lambda.
        m.options.weight_decay = 1e-9;
        const auto little = table_of(m);
        BOOST_TEST((free.leading - little.leading).norm() < 1e-6 * free.leading.norm());
    }
}

BOOST_AUTO_TEST_CASE(refined_times_match_extrapolated_differences) {
    for (const auto drawn :
         {tests::scheme::balanced, tests::scheme::gaussian, tests::scheme::gaussian_iid}) {
        for (const unsigned seed : {1U, 2U, 3U}) {
            whole_model m{tests::random_moments({1, 2, 2}, seed),
                          architecture::fused(2, 2, 3),
                          {.u0 = 1e-4, .drawn = drawn}};
            check_differences(m, *table_of(m).refined, refined_times, kind::weight_decay);
            m.options.learning_rate = 0.01;
            check_differences(m, *table_of(m).refined, refined_times, kind::weight_decay);
        }
    }
    // A reversal: weights that are drawn can follow it.
    const whole_model turned{tests::toy(-0.9, 3),
                             architecture::fused(2, 2, 2),
                             {.u0 = 1e-9, .drawn = tests::scheme::gaussian_iid}};
    BOOST_TEST(std::isfinite(refined_times(turned)[1]));
    check_differences(turned, *table_of(turned).refined, refined_times, kind::weight_decay);
}

BOOST_AUTO_TEST_SUITE_END()
