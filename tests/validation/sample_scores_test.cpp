#include "fusionflow/validation/study/sample_scores.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/method.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(sample_scores)

namespace {

// y = 2 a + b, from two scalars of mean 1 and 0.
std::shared_ptr<const data::samples> some_samples(unsigned seed, Eigen::Index count) {
    data::random_source random(seed);
    Eigen::MatrixXd inputs = random.normal_matrix(count, 2, 1);
    inputs.col(0).array() += 1;
    const Eigen::VectorXd targets = 2 * inputs.col(0) + inputs.col(1);
    return std::make_shared<const data::samples>(std::vector<std::string>{"a", "b"},
                                                 std::vector<int>{1, 1}, inputs, targets);
}

solver::model model_of(std::shared_ptr<const data::samples> samples) {
    solver::model about{.moments = samples->feature_moments(),
                        .architecture = theory::architecture::fused(2, 2, 2),
                        .init = {.u0 = 0.1}};
    about.samples = std::move(samples);
    return about;
}

}  // namespace

// A linear network that has learned the target misses, alone, what the other modality varies by:
// with a alone and b at its mean the error is b less its mean.
BOOST_AUTO_TEST_CASE(a_learned_linear_network_misses_what_it_is_not_shown) {
    solver::model about = model_of(some_samples(1, 200));
    about.training.epochs = 4000;
    const solver::answer trained = solver::run("full", about, {});
    BOOST_TEST((trained.ended == theory::outcome::trained));
    const auto others = some_samples(2, 300);
    for (const auto blank : {solver::blank_inputs::mean, solver::blank_inputs::zero}) {
        const auto scores = validation::score_network(about, *trained.network, others.get(), blank);
        BOOST_TEST(scores.training.all.loss < 1e-9);
        BOOST_TEST_REQUIRE(scores.held_out.has_value());
        BOOST_TEST(scores.held_out->all.loss < 1e-8);
        BOOST_TEST(std::isnan(scores.training.all.accuracy));
        const bool mean = blank == solver::blank_inputs::mean;
        const double shown = mean ? about.samples->inputs().col(1).mean() : 0.0;
        const auto missed = [&](const data::samples& on) {
            return (on.inputs().col(1).array() - shown).square().mean() / 2;
        };
        // The network is off by 1e-9 of the loss, so by 1e-4 of what it misses.
        BOOST_TEST(std::abs(scores.training.alone[0].loss / missed(*about.samples) - 1) < 1e-4);
        BOOST_TEST(std::abs(scores.held_out->alone[0].loss / missed(*others) - 1) < 1e-4);
    }
}

BOOST_AUTO_TEST_CASE(a_number_of_epochs_is_trained_whatever_is_learned) {
    solver::model about = model_of(some_samples(3, 100));
    for (const long epochs : {1L, 7L, 3000L}) {
        about.training.epochs = epochs;
        const solver::answer trained = solver::run("full", about, {});
        BOOST_TEST((trained.ended == theory::outcome::trained));
        BOOST_TEST(trained.work.steps == epochs);
    }
    about.training.epochs = 0;
    BOOST_CHECK_THROW((void)solver::run("full", about, {}), data::input_error);
}

BOOST_AUTO_TEST_SUITE_END()
