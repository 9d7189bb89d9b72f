#include "fusionflow/theory/race/race.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/theory/race/phase_time.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using tests::relative;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(race)

namespace {

theory::learning raced(const data::moments& moments, const theory::architecture& arch, double u0) {
    return theory::race(moments, arch, {.u0 = u0}).answer;
}

}  // namespace

BOOST_AUTO_TEST_CASE(late_fusion_has_the_papers_ratio_at_any_depth_and_scale) {
    // t_B/t_A = 1 + (|s_A| - |s_B|)/|E_B|; toy data: 1 + (kappa^2 - 1)/(1 - rho^2).
    for (const double rho : {-0.4, 0.0, 0.5, 0.8}) {
        for (const double kappa : {1.2, 2.0}) {
            const double paper = 1 + (kappa * kappa - 1) / (1 - rho * rho);
            for (const int depth : {2, 3, 4, 7}) {
                for (const double u0 : {0.2, 1e-6}) {
                    const auto answer =
                        raced(tests::toy(rho, kappa), architecture::fused(depth, depth, 2), u0);
                    // Rounding of a few powers: 1e-12 covers u0^(2-L) = 1e30.
                    BOOST_TEST(relative(answer.time_ratio(), paper) < 1e-12);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(intermediate_fusion_has_the_papers_times) {
    // theory of the paper, eqs for t_A and t_B/t_A, written out for two modalities.
    const double rho = 0.5;
    const double kappa = 2;
    const double s_a = kappa * kappa + rho * kappa;
    const double s_b = 1 + rho * kappa;
    const double w_a = 1 + rho / kappa;
    const double e_b = 1 - rho * rho;
    for (const int depth : {3, 4, 6}) {
        for (int fusion = 2; fusion < depth; ++fusion) {
            for (const double u0 : {0.1, 1e-3}) {
                const auto answer =
                    raced(tests::toy(rho, kappa), architecture::fused(depth, fusion, 2), u0);
                const double first = theory::first_phase_time(
                    {{fusion, u0, s_a}, {fusion, u0, s_b}}, 0, depth - fusion);
                const double potential =
                    fusion == 2 ? -std::log(u0) : std::pow(u0, 2 - fusion) / (fusion - 2);
                const double wait = std::pow(w_a, static_cast<double>(fusion) / depth - 1) *
                                    (1 - s_b / s_a) * potential / e_b;
                BOOST_TEST(relative(answer.times[0], first) < 1e-13);
                BOOST_TEST(relative(answer.times[1], first + wait) < 1e-12);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(reference_figures_of_the_leading_order) {
    // L = 4, rho = 0.5, kappa = 2, u0 = 0.1 (docs/theory.md#reference): printed to five figures.
    const auto moments = tests::toy(0.5, 2);
    const double expected[][2] = {{6.2262, 7.8738}, {7.9000, 15.466}, {9.9, 49.5}};
    for (int fusion = 2; fusion <= 4; ++fusion) {
        const auto answer = raced(moments, architecture::fused(4, fusion, 2), 0.1);
        BOOST_TEST(relative(answer.times[0], expected[fusion - 2][0]) < 1e-5);
        BOOST_TEST(relative(answer.times[1], expected[fusion - 2][1]) < 4e-5);
    }
}

BOOST_AUTO_TEST_CASE(early_fusion_learns_all_together) {
    const auto result = theory::race(tests::toy(0.5, 2), architecture::fused(4, 1, 2), {.u0 = 0.1});
    BOOST_TEST(result.answer.time_ratio() == 1);
    BOOST_TEST(result.saddles.size() == 2U);
    BOOST_TEST(result.answer.warnings.empty());
}

BOOST_AUTO_TEST_CASE(three_modalities_of_late_fusion_add_up_their_waits) {
    // Depth 3 (n = 3): potentials (1/u0 - 1), time = clock. Sums written out by hand from the
    // residuals of the partial solutions.
    const auto moments = tests::three_scalars();
    const double u0 = 1e-3;
    const auto answer = raced(moments, architecture::fused(3, 3, 3), u0);
    const double start = 1 / u0 - 1;
    const auto rate = [&](const data::modality_set& learned, int m) {
        return std::abs(theory::solve_partial(moments, learned).residual(m));
    };
    const double t_a = start / rate({}, 0);
    const double left_b = start - rate({}, 1) * t_a;
    const double left_c = start - rate({}, 2) * t_a;
    const double t_b = t_a + left_b / rate({0}, 1);
    const double t_c = t_b + (left_c - rate({0}, 2) * (t_b - t_a)) / rate({0, 1}, 2);
    BOOST_TEST(relative(answer.times[0], t_a) < 1e-12);
    BOOST_TEST(relative(answer.times[1], t_b) < 1e-12);
    BOOST_TEST(relative(answer.times[2], t_c) < 1e-12);
}

BOOST_AUTO_TEST_CASE(equal_correlations_are_a_tie_and_said_so) {
    const auto result =
        theory::race(tests::toy(0.3, 1), architecture::fused(3, 3, 2), {.u0 = 0.01});
    BOOST_TEST(result.answer.times[0] == result.answer.times[1]);
    BOOST_TEST(result.answer.warnings.size() == 1U);
    BOOST_TEST(result.answer.warnings.front() ==
               "tie: A, B have equal clocks and are learned together at leading order");
}

BOOST_AUTO_TEST_CASE(nothing_left_to_explain_is_permanent_bias) {
    const auto moments = data::toy_moments({.rho = 0.5, .ratio = 2, .target_weights = {1, 0}});
    const auto answer = raced(moments, architecture::fused(4, 3, 2), 0.01);
    BOOST_TEST((answer.ended == theory::outcome::permanent_bias));
    BOOST_TEST(answer.times[1] == theory::never);
    BOOST_TEST(answer.phases.back().duration == theory::never);
}

BOOST_AUTO_TEST_CASE(reversed_residual_is_undone_in_two_layers_and_final_in_more) {
    // kappa = 3, rho = -0.9: s_B = -1.7, E_B = 0.19 > 0; signed formula 1 + (|s_A| - s_B)/|E_B|.
    const auto moments = tests::toy(-0.9, 3);
    const auto two = raced(moments, architecture::fused(2, 2, 2), 1e-9);
    BOOST_TEST(relative(two.time_ratio(), 1 + (6.3 + 1.7) / 0.19) < 1e-12);
    BOOST_TEST(two.warnings.size() == 1U);
    const auto three = raced(moments, architecture::fused(3, 3, 2), 1e-3);
    BOOST_TEST((three.ended == theory::outcome::sign_reversal));
    BOOST_TEST(three.times[1] == theory::never);
}

BOOST_AUTO_TEST_CASE(deeper_branches_wait_longer) {
    const auto moments = tests::toy(0.2, 1.1);
    const auto equal = raced(moments, theory::architecture({3, 3}, 1), 0.01);
    const auto deeper = raced(moments, theory::architecture({3, 4}, 1), 0.01);
    BOOST_TEST(deeper.times[1] - deeper.times[0] > 100 * (equal.times[1] - equal.times[0]));
    const auto turned = raced(moments, theory::architecture({4, 3}, 1), 0.01);
    BOOST_TEST(turned.order()[1] == 1);
}

BOOST_AUTO_TEST_CASE(beyond_the_range_of_numbers_the_logarithm_of_the_time_is_known) {
    // Late fusion: t_A = u0^(2-L) / (|s_A| (L - 2)), s_A = 5, and a ratio of 5.
    const auto late =
        theory::race_beyond_range(tests::toy(0.5, 2), architecture::fused(4, 4, 2), {.u0 = 1e-300})
            .answer;
    BOOST_TEST(std::abs(late.log10_times[0] - 599) < 1e-12);
    BOOST_TEST(std::isnan(late.times[0]));
    BOOST_TEST(relative(late.time_ratio(), 5) < 1e-11);  // of the difference of two logarithms
    BOOST_TEST(late.order() == (std::vector{1, 2}), boost::test_tools::per_element());
    // Unequal branches: B's two layers go on in ln u, where A's five need 1e900.
    const auto mixed =
        theory::race_beyond_range(tests::toy(0.5, 2), architecture({5, 2}, 0), {.u0 = 1e-300})
            .answer;
    BOOST_TEST(mixed.times[1] > 0);
    BOOST_TEST(mixed.log10_times[0] > 890);
    BOOST_TEST(mixed.order() == (std::vector{2, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(both_kinds_of_numbers_agree_where_both_can_be_used) {
    for (const auto& arch : {architecture::fused(5, 1, 3), architecture::fused(5, 2, 3),
                             architecture::fused(5, 4, 3), architecture({4, 3, 2}, 1)}) {
        const auto moments = tests::random_moments({1, 2, 1}, 3);
        const theory::initialisation init{.u0 = 1e-9};
        const auto plain = theory::race(moments, arch, init).answer;
        const auto wide = theory::race_beyond_range(moments, arch, init).answer;
        for (std::size_t m = 0; m < 3; ++m) {
            // The quadrature's tolerance.
            BOOST_TEST(relative(wide.times[m], plain.times[m]) < 1e-13);
            BOOST_TEST(std::abs(wide.log10_times[m] - std::log10(plain.times[m])) < 1e-12);
        }
    }
}

BOOST_AUTO_TEST_CASE(without_a_plateau_no_time_is_given) {
    const auto shallow = raced(tests::toy(0.2, 2), architecture::fused(1, 1, 2), 0.01);
    BOOST_TEST((shallow.ended == theory::outcome::no_plateau));
    BOOST_TEST(std::isnan(shallow.times[0]));
    const auto large = raced(tests::toy(0.2, 2), architecture::fused(3, 3, 2), 1.5);
    BOOST_TEST((large.ended == theory::outcome::no_plateau));
    BOOST_TEST(large.warnings.size() == 1U);
}

// y = x_A, and B, which is correlated with A, adds nothing: it has no weight in the end, at any
// depth of fusion.
BOOST_AUTO_TEST_CASE(what_has_no_weight_in_the_end_is_never_learned_in_early_fusion_either) {
    const auto moments = data::toy_moments({.rho = 0.5, .ratio = 2, .target_weights = {1, 0}});
    for (const int depth : {2, 3, 4}) {
        for (int fusion = 1; fusion <= depth; ++fusion) {
            const auto raced =
                theory::race(moments, architecture::fused(depth, fusion, 2), {.u0 = 1e-3});
            BOOST_TEST((raced.answer.ended == theory::outcome::permanent_bias));
            BOOST_TEST(std::isfinite(raced.answer.times[0]));
            BOOST_TEST(std::isinf(raced.answer.times[1]));
            BOOST_TEST(raced.answer.phases.back().learned == data::modality_set{0});
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
