#include "fusionflow/solver/compact/truncated.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/krylov.hpp"
#include "tests/support/random_models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::relative;
using tests::says;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(truncated)

namespace {

tests::network_options small(std::string_view form, double rate = 0.04) {
    tests::network_options options;
    options.learning_rate = rate;
    options.form = form;
    return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_estimate_bounds_the_error_on_random_architectures) {
    int bounded = 0;
    int learned = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        tests::uniform_source random(seed);
        std::vector<int> dims(static_cast<std::size_t>(1 + random.below(4)));
        const int shared = random.below(4);
        std::vector<int> branches;
        for (int& dim : dims) {
            dim = 1 + random.below(8);
            branches.push_back(std::max(1 + random.below(6 - shared), 2 - shared));
        }
        const auto moments = tests::random_moments(dims, static_cast<unsigned>(seed));
        const theory::architecture arch(branches, shared);
        const theory::initialisation init{
            .u0 = random.real(0.3, 1), .drawn = scheme::gaussian, .width = 20 + random.below(21)};
        auto options = small("compressed", 0.02);
        options.max_epochs = 1000;
        const auto growth = tests::growth_of(moments, arch, init, "compressed", seed);
        const int rounds = growth->least_rounds() + random.below(3);
        const auto run = solver::train_truncated(tests::model_of(moments, arch, init, options),
                                                 options.run(), *growth, rounds);
        // The truth: the same training beside the full network.
        solver::comparison truth(moments, tests::draw_full(moments, arch, init, seed),
                                 options.training().law());
        (void)solver::train(tests::model_of(moments, arch, init, options), options.run(),
                            growth->network(rounds), &truth);
        const bool holds = truth.deviation() <= run.network->truncation_error;
        BOOST_TEST_MESSAGE("seed " << seed << ": true " << truth.deviation() << ", estimate "
                                   << run.network->truncation_error
                                   << (holds ? "" : " NOT BOUNDED"));
        bounded += holds ? 1 : 0;
        learned += run.order().front() > 0 ? 1 : 0;
    }
    BOOST_TEST_MESSAGE(bounded << " of 100 bounded, first modality learned in " << learned);
    BOOST_TEST(bounded >= 95);
    // Networks that never move would be no test.
    BOOST_TEST(learned >= 60);
}

BOOST_AUTO_TEST_CASE(a_wanted_accuracy_is_reached_with_no_more_rounds_than_it_takes) {
    const auto t = tests::deep_toy_fused_at(2, 0.2, 60);
    const auto full = tests::simulate(t.moments, t.arch, t.init, small("full"));
    int before = 0;
    for (const double accuracy : {1e-2, 1e-5, 1e-8}) {
        auto options = small("compressed");
        options.compression.accuracy = accuracy;
        const auto run = tests::simulate(t.moments, t.arch, t.init, options);
        BOOST_TEST(run.network->truncation_error <= accuracy);
        BOOST_TEST(run.network->rounds > before);
        before = run.network->rounds;
        // A small change of W moves half-heights by so much over the speed of W, times t: order 1.
        BOOST_TEST(relative(run.times[1], full.times[1]) < accuracy);
        options.compression.rounds = run.network->rounds;
        const auto again = tests::simulate(t.moments, t.arch, t.init, options);
        BOOST_TEST((again.times == run.times));
        options.compression.rounds = run.network->rounds - 1;
        const auto fewer = tests::simulate(t.moments, t.arch, t.init, options);
        BOOST_TEST(fewer.network->truncation_error > accuracy);
        BOOST_TEST((run.network->drawn_widths == std::vector<Eigen::Index>{60, 60, 60}));
        BOOST_TEST((run.network->widths != run.network->drawn_widths));
    }
}

BOOST_AUTO_TEST_CASE(without_an_estimate_the_network_is_the_same) {
    const auto t = tests::deep_toy_fused_at(2, 0.2, 60);
    auto options = small("sampled");
    options.compression.rounds = 4;
    const auto known = tests::simulate(t.moments, t.arch, t.init, options);
    options.compression.estimate = false;
    const auto unknown = tests::simulate(t.moments, t.arch, t.init, options);
    BOOST_TEST((unknown.times == known.times));
    BOOST_TEST(std::isnan(unknown.network->truncation_error));
}

BOOST_AUTO_TEST_CASE(gradient_flow_of_small_networks_is_that_of_the_full_one) {
    const auto t = tests::deep_toy_fused_at(3, 0.2, 40);
    tests::network_options options;
    options.method = solver::training_method::gradient_flow;
    const auto full = tests::simulate(t.moments, t.arch, t.init, options);
    options.form = "compressed";
    const auto run = tests::simulate(t.moments, t.arch, t.init, options);
    BOOST_TEST(run.network->truncation_error <= 1e-6);
    for (std::size_t m = 0; m < 2; ++m) {
        // Accuracy and rtol times some hundred steps.
        BOOST_TEST(relative(run.times[m], full.times[m]) < 1e-6);
    }
    BOOST_TEST(run.network->at_end.size() == run.network->at_start.size());
}

BOOST_AUTO_TEST_CASE(sampled_balanced_networks_are_one_unit_wide_and_exact) {
    const auto moments = tests::random_moments({3, 2}, 7);
    const auto arch = theory::architecture({2, 3}, 1);
    const theory::initialisation init{.u0 = 0.2, .width = 1'000'000'000'000};
    const auto run = tests::simulate(moments, arch, init, small("sampled", 0.02));
    theory::initialisation narrow = init;
    narrow.width = 9;
    const auto full = tests::simulate(moments, arch, narrow, small("full", 0.02));
    BOOST_TEST((run.network->widths == std::vector<Eigen::Index>{1, 1, 1}));
    for (std::size_t m = 0; m < 2; ++m) {
        // Other coordinates, rounding.
        BOOST_TEST(relative(run.times[m], full.times[m]) < 1e-11);
    }
}

BOOST_AUTO_TEST_CASE(refuses_rounds_and_accuracies_that_mean_nothing) {
    const auto t = tests::deep_toy_fused_at(2, 0.2, 60);
    auto options = small("sampled");
    const auto refuses = [&](const std::string& message) {
        BOOST_CHECK_EXCEPTION((void)tests::simulate(t.moments, t.arch, t.init, options),
                              data::input_error, says(message));
    };
    options.compression.rounds = 0;
    refuses("rounds: need 1 ... 1000, got 0");
    options.compression.rounds = 1;
    refuses("rounds: need at least 2 to reach every hidden layer, got 1");
    options.compression = {.accuracy = 1e-11};
    refuses("accuracy: need 1e-10 <= accuracy <= 0.1, got 1e-11");
}

BOOST_AUTO_TEST_CASE(refuses_more_rounds_than_fit) {
    const auto moments = tests::toy(0.5, 2);
    auto options = small("sampled");
    options.compression.rounds = 20;
    const auto refused = [](const data::input_error& e) {
        return std::string(e.what()).starts_with(
            "rounds: need networks of at most 2e+07 weights, 20 rounds");
    };
    BOOST_CHECK_EXCEPTION(
        (void)tests::simulate(moments, theory::architecture::fused(4, 2, 2),
                              {.u0 = 0.1, .drawn = scheme::gaussian, .width = 1'000'000}, options),
        data::input_error, refused);
}

BOOST_AUTO_TEST_SUITE_END()
