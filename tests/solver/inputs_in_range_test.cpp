#include "fusionflow/solver/compact/inputs_in_range.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/training/train.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(inputs_in_range)

namespace {

// Two modalities of three directions each that vary, seen through 20 and 16 inputs in units that
// differ.
data::moments seen_through_many(unsigned seed) {
    const data::moments few = tests::random_moments({3, 3}, seed);
    data::random_source random(seed + 100);
    Eigen::MatrixXd spread = Eigen::MatrixXd::Zero(36, 6);
    spread.topLeftCorner(20, 3) = random.normal_matrix(20, 3, 0.3);
    spread.bottomRightCorner(16, 3) = random.normal_matrix(16, 3, 0.3);
    spread.row(5) *= 0.01;
    const Eigen::MatrixXd covariance = spread * few.covariance() * spread.transpose();
    return data::moments(few.names(), {20, 16}, (covariance + covariance.transpose()) / 2,
                         spread * few.correlation(), few.target_power());
}

solver::model model_of(const data::moments& moments, int depth, int fusion) {
    solver::model about{.moments = moments,
                        .architecture = theory::architecture::fused(depth, fusion, 2),
                        .init = {.u0 = 0.2}};
    about.init.drawn = &theory::schemes().find("gaussian");
    about.init.width = 20;
    about.training.method = solver::training_method::gradient_flow;
    return about;
}

}  // namespace

BOOST_AUTO_TEST_CASE(inputs_that_all_vary_and_few_inputs_stay_as_they_are) {
    BOOST_TEST(solver::find_inputs_in_range(tests::random_moments({3, 3}, 1)) == nullptr);
    BOOST_TEST(solver::find_inputs_in_range(tests::random_moments({15, 15}, 1)) == nullptr);
}

BOOST_AUTO_TEST_CASE(moments_of_the_range_explain_as_much) {
    const data::moments wide = seen_through_many(2);
    const auto range = solver::find_inputs_in_range(wide);
    BOOST_TEST_REQUIRE(range != nullptr);
    BOOST_TEST(range->moments.dims() == (std::vector<int>{3, 3}));
    for (int m = 0; m < 2; ++m) {
        const Eigen::MatrixXd& v = range->bases[static_cast<std::size_t>(m)];
        const Eigen::MatrixXd back = v * range->moments.covariance_of(m) * v.transpose();
        BOOST_TEST((back - wide.covariance_of(m)).norm() < 1e-12 * back.norm());
    }
    BOOST_TEST(std::abs(range->moments.correlations().norm() / wide.correlations().norm() - 1) <
               1e-12);
}

// What is remembered of moments belongs to all of their numbers, and to their names.
BOOST_AUTO_TEST_CASE(moments_of_another_target_power_or_name_are_others) {
    const data::moments wide = seen_through_many(2);
    const auto first = solver::find_inputs_in_range(wide);
    const data::moments noisier(wide.names(), wide.dims(), wide.covariance(), wide.correlation(),
                                2 * wide.target_power());
    BOOST_TEST(solver::find_inputs_in_range(noisier)->moments.target_power() ==
               2 * first->moments.target_power());
    const data::moments renamed({"sight", "sound"}, wide.dims(), wide.covariance(),
                                wide.correlation(), wide.target_power());
    BOOST_TEST(solver::find_inputs_in_range(renamed)->moments.name(0) == "sight");
}

// A modality that does not vary keeps one input, which does nothing.
BOOST_AUTO_TEST_CASE(a_constant_modality_keeps_one_direction) {
    Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(30, 30);
    covariance(0, 0) = 1;
    Eigen::VectorXd correlation = Eigen::VectorXd::Zero(30);
    correlation(0) = 0.5;
    const data::moments wide({"a", "b"}, {10, 20}, covariance, correlation, 1);
    const auto range = solver::find_inputs_in_range(wide);
    BOOST_TEST_REQUIRE(range != nullptr);
    BOOST_TEST(range->moments.dims() == (std::vector<int>{1, 1}));
}

// The network on the range is the same function of time as the full one, with every input. The
// tolerance is that of the steps, which differ.
BOOST_AUTO_TEST_CASE(the_network_on_the_range_learns_as_the_network_on_the_inputs) {
    for (const auto& [depth, fusion] : {std::pair(2, 2), {3, 2}, {4, 1}}) {
        const solver::model about = model_of(seen_through_many(5), depth, fusion);
        solver::run_options options;
        options.rtol = 1e-9;
        options.clock = &theory::clocks().find("progress");
        options.record = true;
        options.note_at = 3;
        const auto full = solver::run("full", about, options);
        options.compression.accuracy = 1e-9;
        options.compression.leading = true;
        const auto small = solver::run("compressed", about, options);
        BOOST_TEST_CONTEXT(depth << " layers fused at " << fusion) {
            for (std::size_t m = 0; m < 2; ++m) {
                BOOST_TEST(std::abs(small.times[m] / full.times[m] - 1) < 1e-6);
            }
            BOOST_TEST(small.weights_final.size() == 36);
            BOOST_TEST(small.path.weights.front().size() == 36);
            const Eigen::VectorXd apart = about.moments.covariance() * (small.noted - full.noted);
            BOOST_TEST(apart.norm() < 1e-5 * about.moments.correlation().norm());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
