#include "fusionflow/solver/compact/leading_directions.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/solver/method.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(leading_directions)

namespace {

// Two modalities of twelve inputs each, whose variances fall by factors of two along random
// directions.
data::moments collinear(unsigned seed) {
    const data::moments plain = tests::random_moments({12, 12}, seed);
    Eigen::VectorXd scale(24);
    for (Eigen::Index i = 0; i < 24; ++i) {
        scale(i) = std::exp2(-static_cast<double>(i % 12) / 2);
    }
    const Eigen::MatrixXd covariance = scale.asDiagonal() * plain.covariance() * scale.asDiagonal();
    const Eigen::VectorXd correlation = scale.cwiseProduct(plain.correlation());
    return data::moments(plain.names(), plain.dims(), covariance, correlation,
                         plain.target_power());
}

solver::model model_of(const data::moments& moments, int depth, int fusion) {
    solver::model about{.moments = moments,
                        .architecture = theory::architecture::fused(depth, fusion, 2),
                        .init = {.u0 = 0.2}};
    about.init.drawn = &theory::schemes().find("gaussian");
    about.init.width = 50;
    about.training.method = solver::training_method::gradient_flow;
    return about;
}

}  // namespace

// One target: errors begin along s_m, which is most of the first direction or two.
BOOST_AUTO_TEST_CASE(directions_are_orthonormal_and_begin_along_the_correlation) {
    const data::moments moments = collinear(3);
    const auto directions = solver::leading_directions(moments);
    BOOST_TEST_REQUIRE(directions.size() == 2U);
    for (int m = 0; m < 2; ++m) {
        const Eigen::MatrixXd& q = directions[static_cast<std::size_t>(m)];
        const Eigen::MatrixXd unit = Eigen::MatrixXd::Identity(12, 12);
        BOOST_TEST((q.transpose() * q - unit).cwiseAbs().maxCoeff() < 1e-12);
        const Eigen::VectorXd s = moments.part(moments.correlations(), m);
        BOOST_TEST((q.leftCols(3).transpose() * s).norm() > 0.95 * s.norm());
    }
}

// The estimate is of the whole network's distance, so it bounds that of the few directions, too.
BOOST_AUTO_TEST_CASE(networks_of_few_directions_keep_the_accuracy_that_is_asked_for) {
    for (const auto& [depth, fusion] : {std::pair(3, 3), {3, 1}, {4, 4}, {4, 2}}) {
        for (unsigned seed = 1; seed <= 4; ++seed) {
            const solver::model about = model_of(collinear(seed), depth, fusion);
            solver::run_options options;
            options.rtol = 1e-7;
            options.clock = &theory::clocks().find("progress");
            const auto full = solver::run("full", about, options);
            options.compression.accuracy = 1e-2;
            options.compression.leading = true;
            const auto few = solver::run("compressed", about, options);
            BOOST_TEST_CONTEXT(depth << " layers fused at " << fusion << ", seed " << seed) {
                BOOST_TEST(few.network->truncation_error <= 1e-2);
                for (std::size_t m = 0; m < 2; ++m) {
                    BOOST_TEST(std::abs(few.times[m] / full.times[m] - 1) < 1e-2);
                }
            }
        }
    }
}

// Rounds that were needed elsewhere are a floor: the network is as large as asked for.
BOOST_AUTO_TEST_CASE(no_fewer_rounds_are_tried_than_asked_for) {
    const solver::model about = model_of(collinear(1), 3, 3);
    solver::run_options options;
    options.rtol = 1e-5;
    options.compression.accuracy = 0.1;
    options.compression.leading = true;
    const int least = solver::run("compressed", about, options).network->rounds;
    options.compression.at_least = least + 2;
    BOOST_TEST(solver::run("compressed", about, options).network->rounds == least + 2);
}

BOOST_AUTO_TEST_SUITE_END()
