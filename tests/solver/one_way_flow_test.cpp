#include "fusionflow/solver/flows/one_way_flow.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/population.hpp"
#include "fusionflow/data/random_moments.hpp"
#include "fusionflow/solver/methods/exact.hpp"
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

BOOST_AUTO_TEST_SUITE(one_way_flow)

namespace {

const theory::initialisation tiny{.u0 = 1e-9, .drawn = tests::scheme::gaussian_iid};
const theory::architecture late = theory::architecture::fused(2, 2, 2);

solver::answer one_way(const data::moments& moments, const theory::initialisation& init = tiny) {
    return solver::run("one-way", tests::model_of(moments, late, init), {});
}

solver::answer exact(const data::moments& moments, const theory::architecture& arch) {
    return solver::integrate_exact(tests::model_of(moments, arch, tiny),
                                   two_layer_start::expected(moments, arch, tiny), {});
}

// Modality m alone.
data::moments alone(const data::moments& moments, int m) {
    const int at = moments.offset(m);
    const int size = moments.dim(m);
    return {{moments.name(m)},
            {size},
            moments.covariance().block(at, at, size, size),
            moments.correlation().segment(at, size),
            moments.target_power()};
}

double median(std::vector<double> numbers) {
    std::sort(numbers.begin(), numbers.end());
    return numbers[numbers.size() / 2];
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_correlations_between_modalities_it_is_the_exact_flow) {
    const data::moments moments = data::population_moments({.dims = {4, 3}});
    const auto predicted = one_way(moments);
    const auto expected = exact(moments, late);
    BOOST_TEST(predicted.equations == "one-way");
    BOOST_TEST((predicted.ended == outcome::learned));
    for (const std::size_t m : {0U, 1U}) {
        // rtol 1e-9 a step, some hundred steps.
        BOOST_TEST(relative(predicted.times[m], expected.times[m]) < 1e-7);
    }
}

BOOST_AUTO_TEST_CASE(the_first_modality_is_learned_as_if_it_were_alone) {
    for (const std::uint64_t seed : {2U, 5U, 9U}) {
        const data::moments moments = data::random_moments({10, 10}, seed);
        const auto predicted = one_way(moments);
        const auto own = exact(alone(moments, 0), theory::architecture::fused(2, 2, 1));
        // What A gives way to B before it is learned itself: seen up to 4e-7.
        BOOST_TEST(relative(predicted.times[0], own.times[0]) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(scalars_follow_the_logistic_formula) {
    // B grows at 2 s_B until t_A and logistically at 2 E_B from there on. E_B turns while W_A
    // rises, but W_A's sigmoid is symmetric about t_A, so that is as good as a step at t_A.
    for (const double rho : {-0.3, 0.2, 0.6}) {
        const data::moments moments = tests::toy(rho, 2);
        const auto predicted = one_way(moments);
        const double time_a = predicted.times[0];
        const double height = moments.correlation()(1) - rho * moments.correlation()(0) / 2;
        const double rate = height;            // E_B with A learned
        const double final_weight = 1;         // target weight of B
        const double start = 100 * 1e-18 / 2;  // H sigma^2 / 2
        const double formula =
            time_a + (std::log(final_weight / start - 1) - 2 * moments.correlation()(1) * time_a) /
                         (2 * rate);
        // Corrections of relative order P_0 and of B's own size at t_A, e^(-30).
        BOOST_TEST(relative(predicted.times[1], formula) < 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(order_of_the_modalities_makes_no_difference) {
    const data::moments moments = data::random_moments({3, 2}, 4);
    const auto swapped_back = [&] {
        Eigen::PermutationMatrix<Eigen::Dynamic> order(5);
        order.indices() << 2, 3, 4, 0, 1;  // old input i goes to place order(i)
        return data::moments({"B", "A"}, {2, 3}, order * moments.covariance() * order.transpose(),
                             order * moments.correlation(), moments.target_power());
    }();
    const auto here = one_way(moments);
    const auto there = one_way(swapped_back);
    BOOST_TEST((here.ended == outcome::learned));
    BOOST_TEST(relative(here.times[0], there.times[1]) < 1e-8);
    BOOST_TEST(relative(here.times[1], there.times[0]) < 1e-8);
}

BOOST_AUTO_TEST_CASE(on_random_data_its_ratios_are_much_nearer_than_the_formula) {
    std::vector<double> one_way_errors;
    std::vector<double> formula_errors;
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        const data::moments moments = data::random_moments({10, 10}, seed);
        const double expected = exact(moments, late).time_ratio();
        one_way_errors.push_back(relative(one_way(moments).time_ratio(), expected));
        formula_errors.push_back(
            relative(theory::race(moments, late, tiny).answer.time_ratio(), expected));
    }
    // Fixed seeds; seen: medians of 3.9 % and 12 %, for 50 data sets against networks.
    BOOST_TEST(median(one_way_errors) < 0.06);
    BOOST_TEST(median(formula_errors) > 0.08);
}

BOOST_AUTO_TEST_CASE(its_end_is_the_full_solution_and_permanent_bias_is_seen) {
    solver::run_options settling;
    settling.settle = true;
    settling.tail = 2;
    const data::moments moments = tests::toy(0.5, 2);
    const auto settled = solver::run("one-way", tests::model_of(moments, late, tiny), settling);
    // Two times the last half-height later, e^(-100) away; steps of 1e-9.
    BOOST_TEST((settled.weights_final - Eigen::Vector2d(1, 1)).norm() < 1e-7);
    // Fewer samples than inputs of A: A explains everything alone.
    const auto biased = one_way(data::drawn_moments({.noise = 0.5}, 20, 1));
    BOOST_TEST((biased.ended == outcome::permanent_bias));
    BOOST_TEST(std::isfinite(biased.times[0]));
    BOOST_TEST(biased.times[1] == theory::never);
}

BOOST_AUTO_TEST_CASE(refuses_networks_that_it_does_not_stand_for) {
    const auto refuses = [](const data::moments& moments, const theory::architecture& arch) {
        BOOST_CHECK_EXCEPTION(
            (void)solver::run("one-way", tests::model_of(moments, arch, tiny), {}),
            data::input_error,
            says("one-way: need two-layer late fusion of two modalities and one target, one of "
                 "them learned before the other"));
    };
    refuses(tests::toy(0.5, 2), theory::architecture::fused(2, 1, 2));
    refuses(tests::three_scalars(), theory::architecture::fused(2, 2, 3));
    refuses(tests::toy(0.5, 1), late);  // a tie
    refuses(tests::toy(0.5, 2), theory::architecture::fused(3, 3, 2));
    const auto three = two_layer_start::expected(tests::three_scalars(),
                                                 theory::architecture::fused(2, 2, 3), tiny);
    BOOST_CHECK_EXCEPTION(solver::one_way_flow(tests::three_scalars(), three, 0), data::input_error,
                          says("one-way: need two modalities, fused late"));
}

BOOST_AUTO_TEST_SUITE_END()
