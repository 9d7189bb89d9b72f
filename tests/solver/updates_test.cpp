#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/drawn_samples.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/networks/sample_network.hpp"
#include "fusionflow/solver/updates/update_rule.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using solver::update_rules;
using tests::says;

BOOST_AUTO_TEST_SUITE(updates)

namespace {

// v <- 0.9 v + G + lambda W;  W <- W - eta v
constexpr solver::update_rule heavy_ball = {
    .name = "heavy-ball",
    .about = "momentum of 0.9",
    .begin = [](const solver::descent_law& law, Eigen::Index /*weights*/) -> solver::update {
        return [=, velocity =
                       Eigen::ArrayXd()](Eigen::Ref<Eigen::ArrayXd> parameters,
                                         const Eigen::Ref<const Eigen::ArrayXd>& gradient) mutable {
            velocity.conservativeResizeLike(Eigen::ArrayXd::Zero(parameters.size()));
            velocity = 0.9 * velocity + gradient + law.weight_decay * parameters;
            parameters -= law.rate * velocity;
        };
    }};

}  // namespace

BOOST_AUTO_TEST_CASE(gradient_descent_decays_weights_and_not_biases) {
    const auto descent = update_rules().find("gd").begin({.rate = 0.5, .weight_decay = 0.25}, 2);
    Eigen::ArrayXd parameters = Eigen::Array3d(1, -2, 3);
    descent(parameters, Eigen::Array3d(4, 0, 2));
    // 1 - (4 + 1/4)/2; -2 + (2/4)/2; 3 - 2/2: exact in binary.
    BOOST_TEST((parameters == Eigen::Array3d(-1.125, -1.75, 2)).all());
    const solver::descent_law law{.rate = 0.5, .weight_decay = 0.25};
    BOOST_TEST(law.keep() * 1 - law.rate * 4 == -1.125);
}

BOOST_AUTO_TEST_CASE(rules_have_names) {
    for (const auto* rule : update_rules().all) {
        BOOST_TEST((rule == &update_rules().find(rule->name)));
    }
    BOOST_CHECK_EXCEPTION((void)update_rules().find("sgdr"), data::input_error,
                          says("optimizer: need gd, got 'sgdr'"));
}

BOOST_AUTO_TEST_CASE(a_rule_that_nobody_knows_trains_networks) {
    const auto data = data::draw_toy_samples({.rho = 0.5, .ratio = 2}, 40, 1, false);
    const auto arch = theory::architecture::fused(3, 2, 2);
    const auto init = tests::gaussian(0.3, 6);
    tests::network_options options{.learning_rate = 0.01};
    options.max_epochs = 25;
    options.samples.rule = &heavy_ball;
    const auto trained = tests::simulate(data, arch, init, options);

    // The same steps written down.
    const solver::network_shape shape(data.input_moments(), arch, 6);
    solver::sample_network network(shape, data, {});
    solver::state weights = trained.network->at_start;
    solver::state gradient(weights.size());
    solver::state velocity(weights.size(), 0.0);
    for (int epoch = 0; epoch < 25; ++epoch) {
        (void)network.gradient(weights.data(), gradient.data());
        for (std::size_t i = 0; i < weights.size(); ++i) {
            velocity[i] = 0.9 * velocity[i] + gradient[i];
            weights[i] -= 0.01 * velocity[i];
        }
    }
    double apart = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        apart = std::max(apart, std::abs(weights[i] - trained.network->at_end[i]));
    }
    BOOST_TEST(apart < 1e-14);  // rounding of 25 steps

    options.samples.rule = &solver::gradient_descent_rule;
    const auto plain = tests::simulate(data, arch, init, options);
    BOOST_TEST((plain.network->at_end != trained.network->at_end));
}

BOOST_AUTO_TEST_CASE(networks_from_moments_refuse_other_rules_than_theirs) {
    tests::network_options options;
    options.samples.rule = &heavy_ball;
    BOOST_CHECK_EXCEPTION(
        (void)tests::simulate(tests::toy(0.5, 2), theory::architecture::fused(2, 2, 2),
                              tests::gaussian(0.1, 5), options),
        data::input_error,
        says("optimizer: networks from moments take steps of gd, got heavy-ball: need samples"));
}

BOOST_AUTO_TEST_SUITE_END()
