#include "fusionflow/solver/clocks/rest.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/tools/roots.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/toy.hpp"
#include "fusionflow/solver/methods/exact.hpp"
#include "fusionflow/theory/race/race.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/schemes.hpp"

// What is at rest, and what can still be learned: however little one modality weighs beside
// another, or however strongly they are correlated, what is left for it is learned.
using namespace fusionflow;
using theory::outcome;

BOOST_AUTO_TEST_SUITE(rest)

namespace {

// The range in which the saddles of two strongly correlated modalities are told apart.
constexpr double least_ratio = 1e-6;
constexpr double largest_ratio = 1e8;
constexpr double least_distance_from_one = 1e-13;

double initial_norm(int depth) { return depth == 2 ? 1e-4 : 1e-2; }

solver::answer flow(const data::moments& m, int depth, int fusion, double rtol = 1e-9) {
    return tests::integrate(m, theory::architecture::fused(depth, fusion, 2),
                            {.u0 = initial_norm(depth)}, {.rtol = rtol});
}

// Until the weak modality of toy data (its variance v, the strong one's much larger) is half
// learned, if the strong one is there from the start and follows at once: u' = u^(n-1) u_f^p E with
// E = v (1 - rho^2) (1 - W), W = u^n u_f^p, and u_f from the strong one's weight W_s = 1.
double slaved_time(double rho, double variance, int n, int p, double u0) {
    const auto trunk = [&](double u) {
        if (p == 0) {
            return 1.0;
        }
        // w^n f^p = 1, f^2 = w^2 + u^2, for w, the strong branch's norm, by its logarithm.
        const auto excess = [&](double log_w) {
            return n * log_w + p * 0.5 * std::log(std::exp(2 * log_w) + u * u);
        };
        boost::uintmax_t most = 200;
        const auto [low, high] = boost::math::tools::bisect(
            excess, -20.0, 1.0, boost::math::tools::eps_tolerance<double>(50), most);
        const double w = std::exp((low + high) / 2);
        return std::pow(w * w + u * u, p / 2.0);
    };
    const auto weight = [&](double log_u) { return std::exp(n * log_u) * trunk(std::exp(log_u)); };
    boost::uintmax_t most = 200;
    const auto [low, high] =
        boost::math::tools::bisect([&](double log_u) { return weight(log_u) - 0.5; }, std::log(u0),
                                   3.0, boost::math::tools::eps_tolerance<double>(50), most);
    const auto slowness = [&](double log_u) {
        return std::exp((2 - n) * log_u) / (trunk(std::exp(log_u)) * (1 - weight(log_u)));
    };
    return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(slowness, std::log(u0),
                                                                         high, 15, 1e-10) /
           (variance * (1 - rho * rho));
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// With B a copy of A to 1 - q: what is left of B's residual, on the scale of its own terms, is q.
data::moments nearly_copies(double q) { return data::toy_moments({.rho = 1 - q, .ratio = 2}); }

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_left_for_a_small_modality_beside_a_large_one_is_learned) {
    for (double ratio = least_ratio; ratio <= 1.01 * largest_ratio; ratio *= 10) {
        if (ratio > 1e-3 && ratio < 1e3) {
            continue;  // neither is slaved to the other
        }
        const int strong = ratio > 1 ? 0 : 1;
        const double small = std::min(ratio, 1 / ratio);
        for (int depth = 2; depth <= 5; ++depth) {
            for (int fusion = 1; fusion <= depth; ++fusion) {
                const auto run = flow(tests::toy(0.5, ratio), depth, fusion);
                BOOST_TEST_CONTEXT("ratio " << ratio << ", " << depth << " layers, fused at "
                                            << fusion) {
                    BOOST_TEST_REQUIRE((run.ended == outcome::learned));
                    const double first = run.times[static_cast<std::size_t>(strong)];
                    const double last = run.times[static_cast<std::size_t>(1 - strong)];
                    const double expected = slaved_time(0.5, ratio > 1 ? 1 : ratio * ratio, fusion,
                                                        depth - fusion, initial_norm(depth));
                    // The strong one takes its own time first, and is not at once where the weak
                    // one has it: both are of the order of the first time, or of the ratio.
                    // What is left is 3/4, of terms of the size of the ratio as they are rounded.
                    const double rounding = 2e-15 / small;
                    BOOST_TEST(std::abs(last - expected) <=
                                   3 * first + (5 * small + rounding) * expected,
                               last << " against " << expected);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_left_for_a_near_copy_is_learned) {
    for (double q = 1e-3; q >= 0.99 * least_distance_from_one; q /= 10) {
        for (int depth = 2; depth <= 5; ++depth) {
            for (int fusion = 1; fusion <= depth; ++fusion) {
                const auto run = flow(nearly_copies(q), depth, fusion);
                BOOST_TEST_CONTEXT("1 - rho = " << q << ", " << depth << " layers, fused at "
                                                << fusion) {
                    BOOST_TEST_REQUIRE((run.ended == outcome::learned));
                    if (fusion == depth) {
                        // The ratio of the race, 1 + (|s_A| - |s_B|) / |E_B|, by numbers of the
                        // definition; its error falls as 1 / ln(1/u0) or u0^(L-2).
                        const double rho = 1 - q;
                        const double ratio = 1 + (4 + 2 * rho - 1 - 2 * rho) / (1 - rho * rho);
                        const double error = depth == 2 ? 0.1 : 0.03;
                        // What a flow of 16 digits says of its times, too: 4 D eps of the terms of
                        // a residual that is 2 q of them, 3.5 % of it at 1e-13.
                        const double rounding = 7e-15 / (2 * q);
                        BOOST_TEST(tests::relative(run.time_ratio(), ratio) < error + rounding);
                    }
                }
            }
        }
    }
}

// Standard deviations 1e5 apart and a correlation of 1 - 1e-10 leave B 2e-10 of terms of 1e5: the
// moments know it, the race has its time, but weights of 16 digits leave more of rounding.
BOOST_AUTO_TEST_CASE(what_rounding_hides_is_not_called_a_bias) {
    const auto moments = data::toy_moments({.rho = 1 - 1e-10, .ratio = 1e5});
    const auto run = flow(moments, 2, 2);
    BOOST_TEST((run.ended == outcome::unresolved));
    BOOST_TEST(std::isnan(run.times[1]));
    BOOST_TEST(std::isfinite(run.times[0]));
    const auto race =
        theory::race(moments, theory::architecture::fused(2, 2, 2), {.u0 = initial_norm(2)});
    BOOST_TEST(std::isfinite(race.answer.times[1]));
}

BOOST_AUTO_TEST_CASE(other_flows_and_networks_say_the_same) {
    const auto moments = tests::toy(0.5, 1e3);
    const auto late = theory::architecture::fused(2, 2, 2);
    const theory::initialisation balanced{.u0 = 1e-2};
    const double rtol = 1e-7;
    const auto reduced = tests::integrate(moments, late, balanced, {.rtol = rtol});
    const auto chain =
        solver::run("chain", tests::model_of(moments, late, balanced), {.rtol = rtol});
    const theory::initialisation random{
        .u0 = 1e-2, .drawn = tests::scheme::gaussian_iid, .width = 10};
    const auto exact = solver::integrate_exact(
        tests::model_of(moments, late, random),
        solver::two_layer_start::expected(moments, late, random), {.rtol = rtol});
    tests::network_options options;
    options.method = solver::training_method::gradient_flow;
    options.flow.rtol = rtol;
    const auto network = tests::simulate(moments, late, balanced, options);
    BOOST_TEST((reduced.ended == outcome::learned));
    BOOST_TEST((exact.ended == outcome::learned));
    for (std::size_t m = 0; m < 2; ++m) {
        // Ten times rtol each, as all flows promise.
        BOOST_TEST(tests::relative(chain.times[m], reduced.times[m]) < 20 * rtol);
        BOOST_TEST(tests::relative(network.times[m], reduced.times[m]) < 20 * rtol);
    }
}

BOOST_AUTO_TEST_CASE(nothing_left_is_told_from_little_left) {
    // y = x_A alone: nothing is left for B, whatever the correlation and the ratio.
    for (const double ratio : {1e-3, 1.0, 1e5}) {
        const auto moments =
            data::toy_moments({.rho = 0.5, .ratio = ratio, .target_weights = {1, 0}});
        const auto run = flow(moments, 2, 2);
        if (ratio >= 1) {
            BOOST_TEST((run.ended == outcome::permanent_bias));
            BOOST_TEST(std::isinf(run.times[1]));
        } else {
            // B is first, as what stands for A, and gives all back.
            BOOST_TEST((run.ended == outcome::learned));
            BOOST_TEST(run.gone == data::modality_set{1}, boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(rounding_is_that_of_a_residuals_own_terms) {
    // Units of A are 1e8 those of B, which it is not correlated with: 1e-3 is rounding of what A
    // has, 1e-12 is not rounding of what B has.
    Eigen::Matrix2d covariance;
    covariance << 1e16, 0, 0, 1;
    const data::moments moments({"A", "B"}, {1, 1}, covariance, Eigen::Vector2d(1e8, 1), 3);
    const solver::residual_rounding rounding(moments);
    Eigen::VectorXd terms;
    rounding.terms(Eigen::Vector2d(1e-8, 1), terms);
    BOOST_TEST(terms(0) == 2e8, boost::test_tools::tolerance(1e-15));
    BOOST_TEST(terms(1) == 2, boost::test_tools::tolerance(1e-15));
    const Eigen::VectorXd small = Eigen::Vector2d(1e-7, 1e-12);
    BOOST_TEST(rounding.holds(0, small, terms));
    BOOST_TEST(!rounding.holds(1, small, terms));
    BOOST_TEST(!rounding.holds(0, Eigen::VectorXd(Eigen::Vector2d(1e-6, 0)), terms));
}

BOOST_AUTO_TEST_CASE(what_begins_above_its_level_has_no_time_and_training_goes_on) {
    const auto moments = tests::toy(0.5, 2);
    const auto least = theory::solve_partial(moments, {0, 1}).loss;
    for (int depth = 2; depth <= 4; ++depth) {
        const auto late = theory::architecture::fused(depth, depth, 2);
        const auto run = tests::integrate(moments, late, {.u0 = 2}, {});
        BOOST_TEST((run.ended == outcome::learned));
        BOOST_TEST(std::isnan(run.times[0]));
        BOOST_TEST(std::isnan(run.times[1]));
        BOOST_TEST(std::isnan(run.time_ratio()));
        BOOST_TEST(run.work.steps > 0);
        // Within 1e-9 of what is explained, 7.5 / 2.
        BOOST_TEST(run.loss_final <= least + 1e-8);
        BOOST_TEST(run.warnings.size() == 2U);
        BOOST_TEST(has(run.warnings.front(), "A has no time"));
    }
    // The same of networks, epoch by epoch.
    tests::network_options options;
    options.learning_rate = 0.01;
    const auto trained = tests::simulate(moments, theory::architecture::fused(2, 2, 2),
                                         {.u0 = 2, .width = 10}, options);
    BOOST_TEST((trained.ended == outcome::learned));
    BOOST_TEST(std::isnan(trained.epochs()[0]));
    BOOST_TEST(trained.loss_final <= least + 1e-8);
}

BOOST_AUTO_TEST_CASE(the_others_of_one_that_begins_above_have_their_times) {
    const auto moments = tests::toy(0.5, 2);
    const auto run = tests::integrate(moments, theory::architecture::fused(2, 2, 2),
                                      {.u0 = 1, .branch_norms = {2, 1e-3}}, {});
    BOOST_TEST((run.ended == outcome::learned));
    BOOST_TEST(std::isnan(run.times[0]));
    BOOST_TEST(run.times[1] > 0);
    BOOST_TEST(std::isfinite(run.times[1]));
    BOOST_TEST(run.order() == (std::vector<int>{0, 0}), boost::test_tools::per_element());
    BOOST_TEST(run.above == data::modality_set{0}, boost::test_tools::per_element());
    for (const theory::phase& p : run.phases) {
        BOOST_TEST(std::isfinite(p.duration));
    }
}

BOOST_AUTO_TEST_CASE(a_proxy_is_learned_and_gone_again) {
    // y = x_B; A is first because it varies more, and stands for B until B is learned.
    const auto moments = data::toy_moments({.rho = 0.8, .ratio = 3, .target_weights = {0, 1}});
    const auto run = tests::integrate(moments, theory::architecture::fused(2, 2, 2), {.u0 = 1e-4},
                                      {.settle = true, .tail = 1e6});
    BOOST_TEST((run.ended == outcome::learned));
    BOOST_TEST(run.times[0] < run.times[1]);
    BOOST_TEST(run.gone == data::modality_set{0}, boost::test_tools::per_element());
    // Half of rho/kappa, alone; half of 1, together.
    BOOST_TEST(run.levels[0].norm == 0.8 / 3 / 2, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(run.levels[0].saddle == data::modality_set{0}, boost::test_tools::per_element());
    BOOST_TEST(run.levels[1].norm == 0.5, boost::test_tools::tolerance(1e-14));
    // w' = -2 w^2 Sigma (1 - rho^2) from then on: 1 / (2 * 9 * 0.36 * 1e6 t_B), far below the
    // level.
    BOOST_TEST(run.final_norms[0] < 1e-6);
    BOOST_TEST(has(run.warnings.front(), "does not keep that"));
    // Without one nothing is said.
    BOOST_TEST(flow(tests::toy(0.5, 2), 2, 2).gone.empty());
}

// Below some 1e-8 of its terms a residual has lost digits that a time would need: 1 - rho = 1e-10
// leaves six of them.
BOOST_AUTO_TEST_CASE(times_that_rounding_has_taken_digits_from_say_how_many_are_left) {
    const auto arch = theory::architecture::fused(4, 4, 2);
    // Potentials of u0^-2 / 2, of which B's falls by its own correlation while A is learned.
    const auto exact = [](double q) {
        const double s_a = 4 + 2 * (1 - q);
        const double s_b = 1 + 2 * (1 - q);
        return 0.5e6 / s_a + 0.5e6 * (1 - s_b / s_a) / (q * (2 - q));
    };
    for (const double q : {1e-4, 1e-10}) {
        const auto moments = nearly_copies(q);
        const auto run = tests::integrate(moments, arch, {.u0 = 1e-3}, {});
        const bool warned = std::any_of(run.warnings.begin(), run.warnings.end(),
                                        [](const auto& w) { return has(w, "good to"); });
        const double off = std::abs(run.times[1] / exact(q) - 1);
        BOOST_TEST(warned == (q < 1e-8));
        // At most what it is said to be, 4 D eps of its terms: 7e-15 / 2e-10.
        BOOST_TEST(off < (q < 1e-8 ? 1e-4 : 1e-5));
    }
}

BOOST_AUTO_TEST_SUITE_END()
