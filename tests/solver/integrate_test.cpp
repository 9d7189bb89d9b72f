#include <array>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/race/race.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::relative;
using tests::says;
using theory::architecture;
using theory::outcome;

BOOST_AUTO_TEST_SUITE(integrate)

namespace {

using digits50 = boost::multiprecision::cpp_bin_float_50;
using triple = std::array<digits50, 3>;

// Three scalar modalities with branches 2, 3, 2 and one shared layer, in plain w_m and 50 digits:
// dw_m/dt = |w_m|^(n-1) u_f E_m. Fixed steps of the classical Runge-Kutta method, extrapolated.
struct plain_flow {
    Eigen::MatrixXd covariance;
    Eigen::VectorXd correlation;
    std::array<int, 3> branches{2, 3, 2};

    [[nodiscard]] triple total(const triple& w) const {
        digits50 square = 0;
        for (const auto& each : w) {
            square += each * each;
        }
        const digits50 trunk = sqrt(square);
        triple result;
        for (std::size_t m = 0; m < 3; ++m) {
            result[m] = branches[m] == 2 ? digits50(abs(w[m]) * trunk * w[m])
                                         : digits50(w[m] * w[m] * trunk * w[m]);
        }
        return result;
    }

    [[nodiscard]] triple speed(const triple& w) const {
        const triple weights = total(w);
        digits50 square = 0;
        for (const auto& each : w) {
            square += each * each;
        }
        const digits50 trunk = sqrt(square);
        triple result;
        for (std::size_t m = 0; m < 3; ++m) {
            digits50 residual = correlation(static_cast<Eigen::Index>(m));
            for (std::size_t n = 0; n < 3; ++n) {
                residual -= weights[n] *
                            covariance(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(m));
            }
            result[m] =
                (branches[m] == 2 ? digits50(abs(w[m])) : digits50(w[m] * w[m])) * trunk * residual;
        }
        return result;
    }

    [[nodiscard]] triple step(const triple& w, const digits50& h) const {
        const auto moved = [&](const triple& k, const digits50& by) {
            triple result = w;
            for (std::size_t m = 0; m < 3; ++m) {
                result[m] += by * k[m];
            }
            return result;
        };
        const triple k1 = speed(w);
        const triple k2 = speed(moved(k1, h / 2));
        const triple k3 = speed(moved(k2, h / 2));
        const triple k4 = speed(moved(k3, h));
        triple result = w;
        for (std::size_t m = 0; m < 3; ++m) {
            result[m] += h / 6 * (k1[m] + 2 * k2[m] + 2 * k3[m] + k4[m]);
        }
        return result;
    }

    // Time at which |W_m| passes the level, between two steps of length h: the last step is
    // bisected.
    [[nodiscard]] digits50 crossing(double u0, int m, const digits50& level,
                                    const digits50& h) const {
        triple w{u0, u0, u0};
        for (std::size_t i = 0; i < 3; ++i) {
            w[i] *= correlation(static_cast<Eigen::Index>(i)) < 0 ? -1 : 1;
        }
        digits50 t = 0;
        for (;;) {
            const triple next = step(w, h);
            if (abs(total(next)[static_cast<std::size_t>(m)]) >= level) {
                digits50 low = 0;
                digits50 high = h;
                for (int i = 0; i < 60; ++i) {
                    const digits50 middle = (low + high) / 2;
                    (abs(total(step(w, middle))[static_cast<std::size_t>(m)]) < level ? low
                                                                                      : high) =
                        middle;
                }
                return t + low;
            }
            w = next;
            t += h;
        }
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(three_modalities_with_unequal_branches_match_50_digits) {
    const auto moments = tests::three_scalars();
    const theory::architecture arch({2, 3, 2}, 1);
    const double u0 = 0.3;
    const auto result = tests::integrate(moments, arch, {.u0 = u0}, {.rtol = 1e-12});
    BOOST_TEST((result.ended == outcome::learned));
    const plain_flow plain{moments.covariance(), moments.correlation()};
    data::modality_set learned;
    const auto order = result.order();
    for (int place = 1; place <= 3; ++place) {
        const int m =
            static_cast<int>(std::find(order.begin(), order.end(), place) - order.begin());
        learned = data::with(learned, m);
        const double level = std::abs(theory::solve_partial(moments, learned).weights(m)) / 2;
        // Steps of 1/256 and 1/512 differ by 15/16 of the coarse error: extrapolated, order five.
        const digits50 coarse = plain.crossing(u0, m, level, digits50(1) / 256);
        const digits50 fine = plain.crossing(u0, m, level, digits50(1) / 512);
        const double reference = (fine + (fine - coarse) / 15).convert_to<double>();
        BOOST_TEST(std::abs((fine - coarse).convert_to<double>()) < 1e-7 * reference);
        // rtol 1e-12 a step over some 500 steps.
        BOOST_TEST(relative(result.times[static_cast<std::size_t>(m)], reference) < 1e-9);
    }
}

BOOST_AUTO_TEST_CASE(leading_order_is_the_limit_of_small_u0) {
    // L = 4, L_f = 3: the first phase is off by O(u0^2), the wait by O(u0)
    // (docs/theory.md#convergence).
    const auto moments = tests::toy(0.5, 2);
    const auto arch = architecture::fused(4, 3, 2);
    double first = 1;
    double wait = 1;
    for (const double u0 : {0.1, 0.05, 0.025, 0.0125}) {
        const auto flow = tests::integrate(moments, arch, {.u0 = u0}, {.rtol = 1e-10}).times;
        const auto formula = theory::race(moments, arch, {.u0 = u0}).answer.times;
        const double first_error = relative(formula[0], flow[0]);
        const double wait_error = relative(formula[1] - formula[0], flow[1] - flow[0]);
        BOOST_TEST(first_error < first / 3);
        BOOST_TEST(wait_error < wait / 1.7);
        first = first_error;
        wait = wait_error;
    }
}

BOOST_AUTO_TEST_CASE(error_falls_with_the_tolerance) {
    const auto moments = tests::toy(0.5, 2);
    const auto arch = architecture::fused(4, 3, 2);
    const double exact = tests::integrate(moments, arch, {.u0 = 0.1}, {.rtol = 1e-13}).times[1];
    for (const double rtol : {1e-4, 1e-6, 1e-8, 1e-10}) {
        const double time = tests::integrate(moments, arch, {.u0 = 0.1}, {.rtol = rtol}).times[1];
        // Errors per step add up over at most some hundred steps.
        BOOST_TEST(relative(time, exact) < 100 * rtol);
    }
}

BOOST_AUTO_TEST_CASE(phases_loss_and_cost_are_reported) {
    const auto moments = tests::toy(0.5, 2);
    const auto result =
        tests::integrate(moments, architecture::fused(3, 3, 2), {.u0 = 0.05}, {.record = true});
    BOOST_TEST(result.phases.size() == 2U);
    BOOST_TEST(result.phases[1].learned == (data::modality_set{0}),
               boost::test_tools::per_element());
    BOOST_TEST(relative(result.phases[0].duration + result.phases[1].duration, result.times[1]) <
               1e-14);
    BOOST_TEST(result.work.rhs_evaluations >= 6 * result.work.steps);
    BOOST_TEST(relative(result.loss_initial, 3.5) < 0.01);
    BOOST_TEST(result.path.size() > 100U);
    BOOST_TEST(result.path.size() < 3000U);
    for (std::size_t i = 1; i < result.path.size(); ++i) {
        BOOST_TEST(result.path.time[i] > result.path.time[i - 1]);
        BOOST_TEST(result.path.loss[i] <= result.path.loss[i - 1] + 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(limits_end_a_run_with_their_names) {
    const auto moments = tests::toy(0.5, 2);
    const auto arch = architecture::fused(4, 4, 2);
    const auto steps = tests::integrate(moments, arch, {.u0 = 0.01},
                                        {.method = solver::stepper::dopri5, .max_steps = 1000});
    BOOST_TEST((steps.ended == outcome::step_limit));
    BOOST_TEST(steps.work.steps + steps.work.rejected_steps == 1000);
    const auto time = tests::integrate(moments, arch, {.u0 = 0.1}, {.max_time = 20});
    BOOST_TEST((time.ended == outcome::time_limit));
    BOOST_TEST(relative(time.times[0], 9.95187726) < 1e-7);
    BOOST_TEST(std::isnan(time.times[1]));
    BOOST_TEST(time.time_final == 20);
    BOOST_TEST(time.path.partial);
}

BOOST_AUTO_TEST_CASE(a_run_stops_once_as_many_are_learned_as_wanted) {
    const auto moments = tests::three_scalars();
    const auto arch = architecture::fused(3, 3, 3);
    const auto all = tests::integrate(moments, arch, {.u0 = 0.01}, {});
    for (const int until : {1, 2, 3}) {
        const auto some = tests::integrate(moments, arch, {.u0 = 0.01}, {.until = until});
        BOOST_TEST((some.ended == (until < 3 ? outcome::stopped : outcome::learned)));
        int known = 0;
        for (std::size_t m = 0; m < 3; ++m) {
            if (!std::isnan(some.times[m])) {
                BOOST_TEST(some.times[m] == all.times[m]);
                ++known;
            }
        }
        BOOST_TEST(known == until);
        BOOST_TEST(some.time_final < all.time_final + (until == 3 ? 1 : 0));
        BOOST_TEST(!some.path.partial);
    }
}

BOOST_AUTO_TEST_CASE(reversal_and_bias_are_answers) {
    const auto arch = architecture::fused(3, 3, 2);
    const auto reversed = tests::integrate(tests::toy(-0.9, 3), arch, {.u0 = 0.01}, {});
    BOOST_TEST((reversed.ended == outcome::sign_reversal));
    BOOST_TEST(reversed.times[1] == theory::never);
    const auto biased =
        tests::integrate(data::toy_moments({.rho = 0.5, .ratio = 2, .target_weights = {1, 0}}),
                         arch, {.u0 = 0.01}, {});
    BOOST_TEST((biased.ended == outcome::permanent_bias));
}

BOOST_AUTO_TEST_CASE(depth_one_is_linear_regression) {
    // Uncorrelated: W_m = (1 - (1 - u0) e^(-sigma^2 t)) from u0: half at ln(2 (1 - u0)) / sigma^2.
    const auto result = tests::integrate(tests::toy(0, 2), architecture::fused(1, 1, 2),
                                         {.u0 = 0.1}, {.rtol = 1e-11});
    BOOST_TEST(relative(result.times[0], std::log(1.8) / 4) < 1e-9);
    BOOST_TEST(relative(result.times[1], std::log(1.8)) < 1e-9);
}

BOOST_AUTO_TEST_CASE(early_fusion_lets_a_reversed_scalar_pass_through_zero) {
    const auto result = tests::integrate(tests::toy(-0.9, 3), architecture::fused(3, 1, 2),
                                         {.u0 = 0.01}, {.record = true});
    BOOST_TEST((result.ended == outcome::learned));
    // W_B starts on the wrong side (s_B < 0) and ends at 1.
    BOOST_TEST(result.path.weights[result.path.size() / 4](1) < 0);
}

BOOST_AUTO_TEST_CASE(refuses_options_outside_their_range) {
    const auto run = [](const solver::run_options& options) {
        return tests::integrate(tests::toy(0, 2), architecture::fused(2, 2, 2), {}, options);
    };
    BOOST_CHECK_EXCEPTION((void)run({.rtol = 0}), data::input_error,
                          says("rtol: need 1e-14 <= rtol <= 0.1, got 0"));
    BOOST_CHECK_EXCEPTION((void)run({.rtol = std::nan("")}), data::input_error,
                          says("rtol: need 1e-14 <= rtol <= 0.1, got nan"));
    BOOST_CHECK_EXCEPTION((void)run({.max_steps = 0}), data::input_error,
                          says("max-steps: need at least 1, got 0"));
    BOOST_CHECK_EXCEPTION((void)run({.max_time = 0}), data::input_error,
                          says("max-time: need a time > 0, got 0"));
    BOOST_CHECK_EXCEPTION(
        (void)solver::parse_stepper("euler"), data::input_error,
        says("stepper: need auto, dopri5, cash-karp, fehlberg78, bulirsch-stoer, rkc or "
             "radau, got 'euler'"));
}

BOOST_AUTO_TEST_SUITE_END()
