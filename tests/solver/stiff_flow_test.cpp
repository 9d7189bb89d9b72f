#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/theory/race/race.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"

// The flow on plateaus of any length: two scalar modalities of the toy data.
using namespace fusionflow;
using tests::relative;
using theory::architecture;
using theory::outcome;

BOOST_AUTO_TEST_SUITE(stiff_flow)

namespace {

struct point {
    int depth, fusion;
    double rho, kappa, u0, a, b;
};

// Times to 17 digits, by collocation of order 19 in multiprecision (bench/peers/oracle.cpp).
const point points[] = {{4, 1, 0.5, 2, 0.1, 4.7770496561139427989, 4.8898490649961368601},
                        {4, 2, 0.5, 2, 0.1, 6.2750757058593258155, 7.6419356289796976786},
                        {4, 3, 0.5, 2, 0.1, 7.9511120096407418052, 14.563268716838457650},
                        {4, 4, 0.5, 2, 0.1, 9.9518772619798366041, 49.795080317860342222},
                        {4, 3, 0.5, 2, 0.01, 799.88566507427062490, 874.54831742495280450},
                        {4, 4, 0.5, 2, 0.01, 999.95233667739719824, 4999.8043904136391204},
                        {3, 2, 0.3, 2.5, 0.02, 6.0230061221729256266, 8.9593916723823450043},
                        {2, 2, 0.4, 2, 1e-5, 2.4175180010324683824, 10.956149947819333577},
                        {6, 5, 0.2, 1.8, 0.2, 33.196879099636441612, 58.483734639053463059},
                        {4, 2, 0.5, 2, 1e-3, 63224.588399579129972, 63229.278164833407116},
                        {4, 3, 0.5, 2, 1e-3, 79993.285285269381463, 80748.875788440541982},
                        {4, 4, 0.5, 2, 1e-3, 99999.952341297092570, 499999.80448390950103},
                        {4, 2, 0.5, 2, 1e-4, 6322463.5577703871983, 6322469.8952302158381},
                        {4, 3, 0.5, 2, 1e-4, 7999333.2467396268459, 8006898.1761956156787},
                        {4, 4, 0.5, 2, 1e-4, 9999999.9523413432925, 49999999.804484844501},
                        {4, 2, 0.5, 2, 1e-6, 63224636054.240251149, 63224636063.872909150},
                        {4, 3, 0.5, 2, 1e-6, 79993332943.935177933, 79994089536.218894675},
                        {4, 4, 0.5, 2, 1e-6, 99999999999.952341344, 499999999999.80448485}};

solver::answer run(const point& p, const solver::run_options& options) {
    return tests::integrate(tests::toy(p.rho, p.kappa), architecture::fused(p.depth, p.fusion, 2),
                            {.u0 = p.u0}, options);
}

theory::learning flow(int fusion, double u0, double rtol) {
    return run({4, fusion, 0.5, 2, u0, 0, 0}, {.rtol = rtol});
}

}  // namespace

BOOST_AUTO_TEST_CASE(achieved_error_is_within_ten_tolerances_everywhere) {
    for (const point& p : points) {
        for (double rtol = 1e-3; rtol > 0.9e-12; rtol /= 10) {
            const auto result = run(p, {.rtol = rtol});
            BOOST_TEST_CONTEXT("L " << p.depth << " L_f " << p.fusion << " u0 " << p.u0 << " rtol "
                                    << rtol) {
                BOOST_TEST((result.ended == outcome::learned));
                BOOST_TEST(relative(result.times[0], p.a) < 10 * rtol);
                BOOST_TEST(relative(result.times[1], p.b) < 10 * rtol);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(other_steppers_meet_ten_tolerances_where_they_get_through) {
    using solver::stepper;
    for (const stepper method : {stepper::dopri5, stepper::cash_karp, stepper::fehlberg78,
                                 stepper::bulirsch_stoer, stepper::rkc}) {
        for (const point& p : points) {
            if (p.u0 < 0.1 && p.u0 > 1e-5) {
                continue;  // plateaus that take explicit steps a million
            }
            for (const double rtol : {1e-4, 1e-7, 1e-10}) {
                const auto result = run(p, {.rtol = rtol, .method = method, .max_steps = 20'000});
                if (theory::is_failure(result.ended)) {
                    BOOST_TEST((result.ended == outcome::step_limit));
                    continue;
                }
                BOOST_TEST_CONTEXT(result.stepper << " L_f " << p.fusion << " rtol " << rtol) {
                    BOOST_TEST(relative(result.times[0], p.a) < 10 * rtol);
                    BOOST_TEST(relative(result.times[1], p.b) < 10 * rtol);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(steps_do_not_grow_with_the_plateau) {
    // At u0 = 1e-12 the plateau is 1e20 times as long as at 1e-2.
    for (const int fusion : {2, 3, 4}) {
        for (const double rtol : {1e-6, 1e-9}) {
            const long near = flow(fusion, 1e-2, rtol).work.steps;
            const long far = flow(fusion, 1e-12, rtol).work.steps;
            BOOST_TEST(far <= 2 * near, "L_f " << fusion << ": " << far << " against " << near);
        }
    }
}

BOOST_AUTO_TEST_CASE(leading_order_is_off_by_u0_to_the_power_depth_less_two) {
    // Both times are u0^(2-L) times a constant plus O(1), so the relative error falls as u0^(L-2):
    // docs/numerics.md#leading-order. Below 1e-7 it is rounding.
    for (const int fusion : {2, 3, 4}) {
        const architecture arch = architecture::fused(4, fusion, 2);
        const auto formula = [&](double u0) {
            return theory::race(tests::toy(0.5, 2), arch, {.u0 = u0}).answer.times;
        };
        for (const std::size_t m : {0U, 1U}) {
            const double coarse = flow(fusion, 1e-3, 1e-12).times[m] / formula(1e-3)[m] - 1;
            const double fine = flow(fusion, 1e-4, 1e-12).times[m] / formula(1e-4)[m] - 1;
            BOOST_TEST(std::abs(std::log10(coarse / fine) - 2) < 0.05);
            for (const double u0 : {1e-9, 1e-12, 1e-30}) {
                BOOST_TEST(relative(flow(fusion, u0, 1e-12).times[m], formula(u0)[m]) < 1e-13);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_short_phase_after_a_long_one_is_not_lost) {
    // L_f = 2: the first phase lasts 6e22, the wait for B (1 - k) ln(1/u0) / ... = 14 (1e-12 of the
    // smallest difference of such times). Its duration falls in with those at larger u0: it grows
    // as ln(1/u0), up to what is left of u0 = 1e-4, 1e-6 of the growth.
    const double coarse = flow(2, 1e-4, 1e-11).phases[1].duration;
    const double middle = flow(2, 1e-8, 1e-11).phases[1].duration;
    const double fine = flow(2, 1e-12, 1e-11).phases[1].duration;
    BOOST_TEST(relative(fine - middle, middle - coarse) < 1e-5);
    const auto answer = flow(2, 1e-12, 1e-11);
    BOOST_TEST(answer.times[0] == answer.times[1]);
    BOOST_TEST(answer.order() == (std::vector<int>{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(norms_to_the_edge_of_double_and_depth_twenty) {
    // Late fusion, ratio of times 1 + (kappa^2 - 1) / (1 - rho^2) = 5, whatever the depth.
    for (const auto& [depth, u0] : {std::pair{4, 1e-147}, {20, 1e-16}, {12, 1e-29}, {3, 1e-290}}) {
        const auto result =
            run({depth, depth, 0.5, 2, u0, 0, 0}, {.rtol = 1e-9, .max_steps = 2000});
        BOOST_TEST((result.ended == outcome::learned));
        BOOST_TEST(relative(result.time_ratio(), 5) < 1e-8);
    }
    const auto two = run({2, 2, 0.5, 2, 1e-300, 0, 0}, {.rtol = 1e-9, .max_steps = 2000});
    BOOST_TEST((two.ended == outcome::learned));
    // Two layers: the ratio tends to it as 1 / ln(1/u0).
    BOOST_TEST(relative(two.time_ratio(), 5) < 2 / std::log(1e300));
}

BOOST_AUTO_TEST_CASE(vector_modalities_switch_steppers_and_say_so) {
    const auto moments = tests::random_moments({10, 10}, 2);
    const auto arch = architecture::fused(4, 4, 2);
    const auto automatic = tests::integrate(moments, arch, {.u0 = 0.01}, {.rtol = 1e-9});
    BOOST_TEST(automatic.stepper == "dopri5 + radau");
    const auto stiff = tests::integrate(moments, arch, {.u0 = 0.01},
                                        {.rtol = 1e-9, .method = solver::stepper::radau});
    BOOST_TEST(stiff.stepper == "radau");
    for (const std::size_t m : {0U, 1U}) {
        // Each is within 10 rtol.
        BOOST_TEST(relative(automatic.times[m], stiff.times[m]) < 2e-8);
    }
    BOOST_TEST(automatic.work.steps < 1000);
}

BOOST_AUTO_TEST_SUITE_END()
