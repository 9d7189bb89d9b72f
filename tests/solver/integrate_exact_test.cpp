#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/flows/gram_flow.hpp"
#include "fusionflow/solver/methods/exact.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/theory/race/race.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using solver::two_layer_start;
using tests::relative;
using tests::says;
using theory::outcome;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(integrate_exact)

namespace {

constexpr double promise = 1e-7;  // 1e-10 a step for both, some hundred steps; seen: 3e-9

theory::architecture late(int modalities) { return theory::architecture::fused(2, 2, modalities); }
theory::architecture early(int modalities) { return theory::architecture::fused(2, 1, modalities); }

solver::answer exact(const data::moments& moments, const theory::architecture& arch,
                     const theory::initialisation& init, std::uint64_t seed,
                     solver::run_options options = {}) {
    options.rtol = 1e-10;
    // Not the network's: by that one a rotated network makes the same steps and the same errors.
    options.method = solver::stepper::fehlberg78;
    return solver::integrate_exact(tests::model_of(moments, arch, init),
                                   two_layer_start::drawn(moments, arch, init, seed), options);
}

solver::answer network(const data::moments& moments, const theory::architecture& arch,
                       const theory::initialisation& init, std::uint64_t seed,
                       const solver::run_options& options = {}) {
    tests::network_options training{
        .method = solver::training_method::gradient_flow, .seed = seed, .flow = options};
    training.flow.rtol = 1e-10;
    return tests::simulate(moments, arch, init, training);
}

// Half-heights, and W at four instants from the first phase to beyond the last half-height: every
// modality relative to its own norm, however small. The norms of the first layers too.
void follows_the_network(const data::moments& moments, const theory::architecture& arch,
                         const theory::initialisation& init, std::uint64_t seed,
                         std::string_view equations) {
    const auto measured = exact(moments, arch, init, seed);
    const auto expected = network(moments, arch, init, seed);
    BOOST_TEST_INFO("H = " << init.width << ", u0 = " << init.u0);
    BOOST_TEST(measured.equations == equations);
    BOOST_TEST((measured.ended == expected.ended));
    double last = 0;
    for (std::size_t m = 0; m < measured.times.size(); ++m) {
        BOOST_TEST(relative(measured.times[m], expected.times[m]) < promise);
        last = std::max(last, expected.times[m]);
    }
    for (const double part : {0.1, 0.5, 0.9, 1.1}) {
        const solver::run_options until{.max_time = part * last, .record = true, .tail = 1};
        const auto a = exact(moments, arch, init, seed, until);
        const auto b = network(moments, arch, init, seed, until);
        BOOST_TEST((a.path.branch.front() - b.path.branch.front()).norm() <
                   1e-13 * b.path.branch.front().norm());
        BOOST_TEST((a.path.branch.back() - b.path.branch.back()).norm() <
                   promise * b.path.branch.back().norm());
        const Eigen::VectorXd& w = a.weights_final;
        const Eigen::VectorXd& w0 = b.weights_final;
        for (int m = 0; m < moments.count(); ++m) {
            BOOST_TEST_INFO("W of modality " << m << " at " << part << " of the last half-height");
            BOOST_TEST((moments.part(w, m) - moments.part(w0, m)).norm() <
                       promise * moments.part(w0, m).norm());
        }
    }
}

void follows_networks_of_all_widths(const data::moments& moments, const theory::architecture& arch,
                                    std::string_view equations) {
    for (const auto* drawn : {scheme::gaussian, scheme::gaussian_iid}) {
        for (const int width : {1, 3, 20}) {
            follows_the_network(moments, arch, {.u0 = 0.01, .drawn = drawn, .width = width}, 3,
                                equations);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(late_fusion_of_scalars_is_the_network_in_sinh_coordinates) {
    follows_networks_of_all_widths(tests::toy(0.5, 2), late(2), "sinh");
    follows_networks_of_all_widths(tests::toy(-0.7, 3), late(2), "sinh");
    follows_networks_of_all_widths(tests::three_scalars(), late(3), "sinh");
}

BOOST_AUTO_TEST_CASE(late_fusion_of_vectors_is_the_network_as_a_gram_flow) {
    follows_networks_of_all_widths(tests::random_moments({2, 3}, 7), late(2), "gram");
    follows_networks_of_all_widths(tests::random_moments({2, 1, 3}, 5), late(3), "gram");
}

BOOST_AUTO_TEST_CASE(early_fusion_is_the_network_as_a_gram_flow) {
    follows_networks_of_all_widths(tests::toy(0.5, 2), early(2), "gram");
    follows_networks_of_all_widths(tests::three_scalars(), early(3), "gram");
    follows_networks_of_all_widths(tests::random_moments({2, 3}, 7), early(2), "gram");
}

BOOST_AUTO_TEST_CASE(small_initial_weights_are_followed_as_well) {
    for (const double u0 : {1e-9, 1e-12}) {
        const theory::initialisation init{.u0 = u0, .drawn = scheme::gaussian_iid, .width = 20};
        follows_the_network(tests::toy(0.5, 2), late(2), init, 1, "sinh");
        follows_the_network(tests::random_moments({2, 3}, 7), late(2), init, 1, "gram");
        follows_the_network(tests::random_moments({2, 3}, 7), early(2), init, 1, "gram");
    }
}

BOOST_AUTO_TEST_CASE(balanced_weights_follow_the_reduced_flow) {
    const theory::initialisation init{.u0 = 1e-3, .width = 5};
    for (const auto& moments : {tests::toy(0.5, 2), tests::random_moments({2, 3}, 7)}) {
        for (const auto& arch : {late(2), early(2)}) {
            const auto reduced = tests::integrate(moments, arch, init, {.rtol = 1e-10});
            const auto drawn = exact(moments, arch, init, 4);
            const auto expected = solver::integrate_exact(
                tests::model_of(moments, arch, init),
                two_layer_start::expected(moments, arch, init), {.rtol = 1e-10});
            BOOST_TEST(reduced.equations == "reduced");
            BOOST_TEST(drawn.equations == "gram");
            for (const std::size_t m : {0U, 1U}) {
                BOOST_TEST(relative(drawn.times[m], reduced.times[m]) < promise);
                BOOST_TEST(relative(expected.times[m], reduced.times[m]) < promise);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(balanced_scalars_that_cannot_turn_end_as_the_network_does) {
    const auto moments = tests::toy(-0.9, 3);
    const theory::initialisation init{.u0 = 1e-3, .width = 5};
    const auto drawn = exact(moments, late(2), init, 1);
    BOOST_TEST((drawn.ended == outcome::sign_reversal));
    BOOST_TEST((network(moments, late(2), init, 1).ended == outcome::sign_reversal));
    BOOST_TEST(std::isinf(drawn.times[1]));
}

BOOST_AUTO_TEST_CASE(expected_weights_are_the_limit_of_wide_networks) {
    // Q/H differs from its mean by sqrt(2/H) at most along the direction of growth, and that moves
    // ln P0 = ln(H u0^2/2), which t is proportional to. Five of that.
    const int width = 5000;
    const theory::initialisation init{.u0 = 1e-7, .drawn = scheme::gaussian_iid, .width = width};
    const double tolerance =
        5 * std::sqrt(2.0 / width) / std::abs(std::log(width * init.u0 * init.u0 / 2));
    for (const auto& moments : {tests::toy(0.5, 2), tests::random_moments({2, 3}, 7)}) {
        for (const auto& arch : {late(2), early(2)}) {
            const auto expected =
                solver::integrate_exact(tests::model_of(moments, arch, init),
                                        two_layer_start::expected(moments, arch, init), {});
            const auto drawn = exact(moments, arch, init, 1);
            for (const std::size_t m : {0U, 1U}) {
                BOOST_TEST(relative(expected.times[m], drawn.times[m]) < tolerance);
                BOOST_TEST(expected.times[m] != drawn.times[m]);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_seed_decides_the_digits) {
    const auto moments = tests::random_moments({2, 3}, 7);
    const theory::initialisation init{.u0 = 1e-3, .drawn = scheme::gaussian, .width = 6};
    const auto time = [&](std::uint64_t seed) {
        return exact(moments, late(2), init, seed).times[0];
    };
    BOOST_TEST(time(1) == time(1));
    BOOST_TEST(time(1) != time(2));
}

BOOST_AUTO_TEST_CASE(there_is_an_exact_flow_for_random_weights_of_two_layers) {
    const auto exists = [](const theory::architecture& arch, const theory::scheme* drawn) {
        const auto moments = arch.count() == 2 ? tests::toy(0.5, 2) : tests::three_scalars();
        const solver::model about = tests::model_of(moments, arch, {.drawn = drawn});
        return !solver::find_method("exact").refusal(about);
    };
    BOOST_TEST(exists(late(2), scheme::gaussian));
    BOOST_TEST(exists(early(3), scheme::gaussian));
    BOOST_TEST(!exists(late(2), scheme::balanced));
    BOOST_TEST(!exists(theory::architecture::fused(3, 3, 2), scheme::gaussian));
    BOOST_TEST(!exists(theory::architecture({2, 1}, 0), scheme::gaussian));
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    const theory::initialisation init{.drawn = scheme::gaussian_iid};
    const auto toy = tests::toy(0, 2);
    const auto start = two_layer_start::drawn(toy, late(2), init, 1);
    BOOST_CHECK_EXCEPTION((void)solver::integrate_exact(
                              tests::model_of(tests::three_scalars(), late(2), init), start, {}),
                          data::input_error,
                          says("branches: need one branch per modality, got 2 for 3 modalities"));
    BOOST_CHECK_EXCEPTION(
        (void)solver::integrate_exact(
            tests::model_of(tests::random_moments({1, 2}, 1), late(2), init), start, {}),
        data::input_error, says("moments: the exact two-layer flow needs scalar modalities"));
    BOOST_CHECK_EXCEPTION(
        (void)solver::integrate_exact(
            tests::model_of(toy, late(2), init),
            two_layer_start::drawn(toy, late(2), {.u0 = 1e-200, .drawn = scheme::gaussian_iid}, 1),
            {}),
        data::input_error,
        says("init: the exact two-layer flow needs larger weights: the squares of a block "
             "underflow"));
    BOOST_CHECK_EXCEPTION(
        (void)solver::integrate_exact(tests::model_of(toy, early(2), init), start, {}),
        data::input_error,
        says("exact: need a start of 1 blocks of weights for this network, "
             "got 2"));
    BOOST_CHECK_EXCEPTION(
        (void)solver::integrate_exact(tests::model_of(toy, late(2), init), start, {.rtol = 0}),
        data::input_error, says("rtol: need 1e-14 <= rtol <= 0.1, got 0"));
}

// A first step over the plateau that was far too long made sinh overflow: its error of 1e248 cut
// the next one to nothing.
BOOST_AUTO_TEST_CASE(a_step_that_overflows_is_cut_and_no_end) {
    const auto moments = tests::toy(0.4, 1.4);
    const theory::initialisation init{.u0 = 1e-9, .drawn = scheme::gaussian_iid, .width = 100};
    const auto start = solver::two_layer_start::expected(moments, late(2), init);
    for (const double rtol : {1e-7, 1e-8, 1e-9, 1e-10}) {
        const auto run =
            solver::integrate_exact(tests::model_of(moments, late(2), init), start, {.rtol = rtol});
        BOOST_TEST((run.ended == theory::outcome::learned));
        // 7.4971872 and 15.939135 at the other tolerances, before and after.
        BOOST_TEST(tests::relative(run.times[1], 15.939135) < 1e-6);
    }
}

// Uncorrelated inputs of variance kappa^2 and 1: in late fusion each is alone, and its half-height
// has a closed form. With a = 2 sqrt(c) and x = e^theta, dt = dx / (2x - a x^2 + a) in units of its
// variance, from x = 1 to where W = a (x - 1/x) / 2 is 1/2.
BOOST_AUTO_TEST_CASE(stiff_late_fusion_takes_a_few_steps) {
    const theory::initialisation init{.u0 = 1e-4, .drawn = scheme::gaussian_iid, .width = 100};
    const double a = 100 * init.u0 * init.u0;
    const double root = std::sqrt(1 + a * a);
    const auto primitive = [&](double x) {
        return std::log((a * x - 1 + root) / (1 + root - a * x));
    };
    const double half = (1 + std::sqrt(1 + 4 * a * a)) / (2 * a);
    const double expected = (primitive(half) - primitive(1)) / (2 * root);
    for (const double kappa : {1e2, 1e3, 1e4, 1e5, 1e6}) {
        const auto moments = tests::toy(0, kappa);
        const auto start = two_layer_start::expected(moments, late(2), init);
        for (const double rtol : {1e-6, 1e-9}) {
            const auto run = solver::integrate_exact(tests::model_of(moments, late(2), init), start,
                                                     {.rtol = rtol});
            BOOST_TEST_CONTEXT("kappa " << kappa << " rtol " << rtol) {
                BOOST_TEST((run.ended == outcome::learned));
                BOOST_TEST(relative(run.times[0], expected / (kappa * kappa)) < 10 * rtol);
                BOOST_TEST(relative(run.times[1], expected) < 10 * rtol);
                BOOST_TEST(run.work.steps <= 100);
            }
        }
    }
}

// Correlated inputs, from balanced weights, which have no sinh coordinates: what rounding leaves of
// the strong one's residual is nothing that steps should follow. The reduced flow, other equations
// of the same networks, at a tolerance of 1e-11.
BOOST_AUTO_TEST_CASE(stiff_correlated_late_fusion_takes_as_few_steps) {
    const theory::initialisation init{.u0 = 1e-4};
    for (const double kappa : {1e-6, 1e-4, 1e2, 1e4, 1e5, 1e6}) {
        for (const double rho : {0.5, 0.9}) {
            const auto moments = tests::toy(rho, kappa);
            const auto start = two_layer_start::drawn(moments, late(2), init, 1);
            const auto other = tests::integrate(moments, late(2), init, {.rtol = 1e-11});
            for (const double rtol : {1e-6, 1e-9}) {
                const auto run = solver::integrate_exact(tests::model_of(moments, late(2), init),
                                                         start, {.rtol = rtol});
                BOOST_TEST_CONTEXT("kappa " << kappa << " rho " << rho << " rtol " << rtol) {
                    BOOST_TEST((run.ended == outcome::learned));
                    for (const std::size_t m : {0U, 1U}) {
                        BOOST_TEST(relative(run.times[m], other.times[m]) < 10 * rtol);
                    }
                    BOOST_TEST(run.work.steps <= 150);
                }
            }
        }
    }
}

// In early fusion, as kappa -> infinity and u0 -> 0, A is learned at once and keeps W_A = 1. With p
// the length of B's weights and q that of the output's, q^2 = 1/q^2 + p^2, and dp/dt = q (1 - q p)
// from p = 0 to q p = 1/2. What that leaves out is t_A, 2e-9 at kappa = 1e5, and less.
BOOST_AUTO_TEST_CASE(stiff_early_fusion_takes_a_few_hundred_steps) {
    const theory::initialisation init{.u0 = 1e-9, .drawn = scheme::gaussian_iid, .width = 100};
    const auto output = [](double p) {
        return std::sqrt((p * p + std::sqrt(p * p * p * p + 4)) / 2);
    };
    const double end = 0.5 / std::pow(1.25, 0.25);  // q^4 = 1 + (q p)^2
    const double limit = boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
        [&](double p) { return 1 / (output(p) * (1 - output(p) * p)); }, 0.0, end, 0);
    for (const double kappa : {1e5, 1e6}) {
        const auto moments = tests::toy(0, kappa);
        const auto start = two_layer_start::expected(moments, early(2), init);
        for (const double rtol : {1e-6, 1e-9}) {
            const auto run = solver::integrate_exact(tests::model_of(moments, early(2), init),
                                                     start, {.rtol = rtol});
            BOOST_TEST((run.ended == outcome::learned));
            BOOST_TEST(relative(run.times[1], limit) < 10 * rtol);
            BOOST_TEST(run.work.steps <= 500);
        }
    }
}

// Explicit steps in the numbers of gram_flow, as many as the fastest input asks for.
BOOST_AUTO_TEST_CASE(stiff_early_fusion_is_that_of_explicit_steps) {
    const theory::initialisation init{.u0 = 1e-4, .drawn = scheme::gaussian_iid, .width = 20};
    const auto moments = tests::toy(0.3, 30);
    for (const std::uint64_t seed : {0U, 1U, 2U}) {
        const auto start = seed == 0 ? two_layer_start::expected(moments, early(2), init)
                                     : two_layer_start::drawn(moments, early(2), init, seed);
        solver::gram_flow flow(moments, start);
        const auto slow =
            solver::run_flow(flow, moments, early(2), theory::race_saddles(moments, early(2), init),
                             {.rtol = 1e-11, .method = solver::stepper::dopri5});
        for (const double rtol : {1e-6, 1e-9}) {
            const auto run = solver::integrate_exact(tests::model_of(moments, early(2), init),
                                                     start, {.rtol = rtol});
            for (const std::size_t m : {0U, 1U}) {
                BOOST_TEST(relative(run.times[m], slow.times[m]) < 10 * rtol);
            }
        }
    }
}

// Vectors in late fusion: the inputs of A in other units. At kappa = 10 against explicit steps, at
// 1e4 against a tolerance of 1e-10.
BOOST_AUTO_TEST_CASE(stiff_vectors_take_a_few_hundred_steps) {
    const auto base = tests::random_moments({2, 2}, 3);
    const theory::initialisation init{.u0 = 1e-4, .drawn = scheme::gaussian_iid, .width = 20};
    for (const double kappa : {10.0, 1e4}) {
        const Eigen::Vector4d units(kappa, kappa, 1, 1);
        const data::moments moments(
            {"A", "B"}, {2, 2}, units.asDiagonal() * base.covariance() * units.asDiagonal(),
            units.cwiseProduct(base.correlation()), 1.0000001 * base.target_power());
        const auto start = two_layer_start::drawn(moments, late(2), init, 1);
        const auto method = kappa > 10 ? solver::stepper::radau : solver::stepper::fehlberg78;
        const auto tight = solver::integrate_exact(tests::model_of(moments, late(2), init), start,
                                                   {.rtol = 1e-10, .method = method});
        for (const double rtol : {1e-6, 1e-9}) {
            const auto run = solver::integrate_exact(tests::model_of(moments, late(2), init), start,
                                                     {.rtol = rtol});
            BOOST_TEST((run.ended == outcome::learned));
            BOOST_TEST(run.work.steps <= 600);
            for (const std::size_t m : {0U, 1U}) {
                BOOST_TEST(relative(run.times[m], tight.times[m]) < 10 * rtol);
            }
        }
    }
}

// The first Newton change of a step is that of fast parts of the flow, the last ones are of slow
// parts, and steps are many: errors of 35 to 90 times rtol were seen where the first rate was
// believed. The reference is the flow itself at a tolerance that is 1e6 times as tight.
BOOST_AUTO_TEST_CASE(early_fusion_of_scales_far_apart_is_good_to_ten_times_rtol) {
    struct extreme {
        double ratio, rho, u0;
        const theory::scheme* drawn;
        std::vector<double> tolerances;
    };
    for (const extreme& e : {extreme{1e5, 0.8, 0.1, scheme::gaussian_iid, {1e-3, 1e-4, 1e-5}},
                             extreme{1e5, 0.2, 0.1, scheme::gaussian_iid, {1e-3, 1e-4}},
                             extreme{1e6, 0.8, 0.01, scheme::balanced, {1e-5}},
                             extreme{1e6, -0.5, 1e-4, scheme::gaussian_iid, {1e-4}}}) {
        const auto moments = tests::toy(e.rho, e.ratio);
        const theory::initialisation init{.u0 = e.u0, .drawn = e.drawn, .width = 100};
        const auto start = two_layer_start::drawn(moments, early(2), init, 1);
        const auto times = [&](double rtol) {
            const auto run = solver::integrate_exact(tests::model_of(moments, early(2), init),
                                                     start, {.rtol = rtol});
            BOOST_TEST((run.ended == outcome::learned));
            return run.times;
        };
        const auto expected = times(1e-11);
        for (const double rtol : e.tolerances) {
            BOOST_TEST_INFO("kappa = " << e.ratio << ", rho = " << e.rho << ", rtol = " << rtol);
            const auto found = times(rtol);
            BOOST_TEST(relative(found[0], expected[0]) < 10 * rtol);
            BOOST_TEST(relative(found[1], expected[1]) < 10 * rtol);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
