#include "fusionflow/solver/compact/rotated_network.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/population.hpp"
#include "fusionflow/data/random_moments.hpp"
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

BOOST_AUTO_TEST_SUITE(rotated_network)

namespace {

// Rounding of the draw's rotation and of some thousand epochs; seen: up to 2e-15 of the times on
// random data sets.
constexpr double rounding = 1e-12;

theory::architecture late(int modalities) { return theory::architecture::fused(2, 2, modalities); }
theory::architecture early(int modalities) { return theory::architecture::fused(2, 1, modalities); }

void gives_the_epochs_of_the_network(const data::moments& moments, const theory::architecture& arch,
                                     const theory::initialisation& init,
                                     const tests::network_options& options) {
    const auto start = two_layer_start::drawn(moments, arch, init, options.seed);
    const auto small = solver::train(tests::model_of(moments, arch, init, options),
                                     tests::network_options(options).run(),
                                     solver::rotated_network(moments, arch, start));
    const auto full = tests::simulate(moments, arch, init, options);
    BOOST_TEST_INFO(init.drawn->name << ", H = " << init.width);
    BOOST_TEST((small.ended == full.ended));
    BOOST_TEST(small.work.steps == full.work.steps);
    for (std::size_t m = 0; m < full.epochs().size(); ++m) {
        const bool known = std::isfinite(full.epochs()[m]);
        BOOST_TEST(std::isfinite(small.epochs()[m]) == known);
        BOOST_TEST((!known || relative(small.epochs()[m], full.epochs()[m]) < rounding));
    }
    BOOST_TEST((small.weights_final - full.weights_final).norm() <
               rounding * full.weights_final.norm());
}

}  // namespace

BOOST_AUTO_TEST_CASE(epochs_are_those_of_the_full_network_late_and_early) {
    for (const auto* drawn : {scheme::gaussian_iid, scheme::gaussian, scheme::balanced}) {
        for (const Eigen::Index width : {1, 3, 40}) {
            const theory::initialisation init{.u0 = 1e-4, .drawn = drawn, .width = width};
            const tests::network_options options{.learning_rate = 0.02, .seed = 5, .flow = {}};
            for (const auto& moments : {tests::toy(0.4, 2), tests::random_moments({2, 3}, 7)}) {
                gives_the_epochs_of_the_network(moments, late(2), init, options);
                gives_the_epochs_of_the_network(moments, early(2), init, options);
            }
            gives_the_epochs_of_the_network(tests::three_scalars(), late(3), init, options);
        }
    }
}

BOOST_AUTO_TEST_CASE(epochs_on_random_data_sets_are_those_of_the_full_network) {
    const theory::initialisation init{.u0 = 1e-9, .drawn = scheme::gaussian_iid, .width = 100};
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const data::moments moments = data::random_moments({10, 10}, seed);
        // Short enough for every data set, whatever its largest variance.
        const double rate = 0.1 / moments.correlation().norm();
        gives_the_epochs_of_the_network(moments, late(2), init,
                                        {.learning_rate = rate, .seed = seed, .flow = {}});
    }
}

BOOST_AUTO_TEST_CASE(weight_decay_and_fewer_samples_than_inputs_are_no_exception) {
    const theory::initialisation init{.u0 = 1e-3, .drawn = scheme::gaussian_iid, .width = 30};
    gives_the_epochs_of_the_network(tests::random_moments({2, 3}, 7), late(2), init,
                                    {.learning_rate = 0.02, .weight_decay = 0.05, .flow = {}});
    const auto few = data::drawn_moments({.noise = 0.5}, 20, 1);
    gives_the_epochs_of_the_network(few, late(2), init, {.learning_rate = 0.01, .flow = {}});
    gives_the_epochs_of_the_network(few, early(2), init, {.learning_rate = 0.01, .flow = {}});
}

BOOST_AUTO_TEST_CASE(one_modality_may_be_fused_late_or_early) {
    const data::moments one = data::population_moments({.dims = {3}, .variances = {2}});
    const theory::initialisation init{.u0 = 1e-3, .drawn = scheme::gaussian_iid, .width = 9};
    for (const auto& arch : {late(1), early(1)}) {
        const auto start = two_layer_start::drawn(one, arch, init, 1);
        const auto network = solver::rotated_network(one, arch, start);
        BOOST_TEST(std::ssize(network.shape.trunk()) == arch.shared());
        gives_the_epochs_of_the_network(one, arch, init, {});
    }
}

BOOST_AUTO_TEST_CASE(it_has_at_most_one_unit_more_than_inputs) {
    const auto moments = tests::random_moments({2, 3}, 7);
    const theory::initialisation init{.u0 = 1e-3, .drawn = scheme::gaussian_iid, .width = 1000};
    const auto start = two_layer_start::drawn(moments, late(2), init, 1);
    const auto network = solver::rotated_network(moments, late(2), start);
    BOOST_TEST(network.shape.branch(0).front().rows == 3);
    BOOST_TEST(network.shape.branch(1).front().rows == 4);
    const auto trained = solver::run("exact-epochs", tests::model_of(moments, late(2), init));
    BOOST_TEST(trained.network->drawn_widths == std::vector<Eigen::Index>({1000}));
    BOOST_TEST(trained.network->widths == std::vector<Eigen::Index>({3}));
}

BOOST_AUTO_TEST_CASE(refuses_starts_of_other_networks) {
    const theory::initialisation init{.u0 = 1e-3, .drawn = scheme::gaussian_iid};
    const auto start = two_layer_start::drawn(tests::toy(0, 2), late(2), init, 1);
    BOOST_CHECK_EXCEPTION(
        (void)solver::rotated_network(tests::random_moments({2, 3}, 7), late(2), start),
        data::input_error, says("moments: the start is for other modalities than these moments"));
    BOOST_CHECK_EXCEPTION((void)solver::rotated_network(tests::toy(0, 2), early(2), start),
                          data::input_error,
                          says("exact: need a start of 1 blocks of weights for this network, "
                               "got 2"));
    const solver::model still =
        tests::model_of(tests::toy(0, 2), late(2), init, {.learning_rate = 0});
    BOOST_CHECK_EXCEPTION((void)solver::run("exact-epochs", still), data::input_error,
                          says("learning-rate: need finite eta > 0, got 0"));
}

BOOST_AUTO_TEST_SUITE_END()
