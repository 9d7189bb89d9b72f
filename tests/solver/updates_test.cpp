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

// W <- W - eta sign(G)
constexpr solver::update_rule sign_descent = {
    .name = "sign",
    .about = "steps of one size",
    .begin = [](const solver::update_start& /*start*/) -> solver::update {
        return [](Eigen::Ref<Eigen::ArrayXd> parameters,
                  const Eigen::Ref<const Eigen::ArrayXd>& gradient,
                  double rate) { parameters -= rate * gradient.sign(); };
    }};

// Gradients of a sum of squares with curvatures of their own and a part that changes from step to
// step.
double gradient_at(long i, long step, double w) {
    return (0.1 + static_cast<double>(i % 7)) * w + std::sin(static_cast<double>(3 * i + 5 * step));
}

// A rule written down number by number: W of one parameter, by its own state.
struct followed {
    long double w = 0;
    long double a = 0;
    long double b = 0;
};
using rule_by_number = void (*)(followed& x, long double g, long double rate, long step);

void follow(const char* name, const rule_by_number& rule, double decay) {
    constexpr long count = 1234;  // pieces of 512 and less, weights and biases that begin inside
    constexpr long weights = 1030;
    const auto chosen = update_rules().parse(name);
    const auto step = chosen->begin(
        {.weights = weights, .parameters = count, .weight_decay = decay, .number = chosen.number});
    Eigen::ArrayXd parameters = Eigen::ArrayXd::LinSpaced(count, -1, 2);
    std::vector<followed> expected(count);
    for (long i = 0; i < count; ++i) {
        expected[static_cast<std::size_t>(i)].w = parameters(i);
    }
    for (long t = 1; t <= 60; ++t) {
        const double rate = 0.05 / static_cast<double>(t);  // rates may change from step to step
        Eigen::ArrayXd gradient(count);
        for (long i = 0; i < count; ++i) {
            gradient(i) = gradient_at(i, t, parameters(i));
            followed& x = expected[static_cast<std::size_t>(i)];
            rule(x, gradient(i) + (i < weights ? decay * x.w : 0), rate, t);
        }
        step(parameters, gradient, rate);
    }
    double worst = 0;
    for (long i = 0; i < count; ++i) {
        worst =
            std::max(worst, std::abs(parameters(i) -
                                     static_cast<double>(expected[static_cast<std::size_t>(i)].w)));
    }
    BOOST_TEST_INFO(name << " decay " << decay);
    BOOST_TEST(worst < 1e-14);  // rounding of 60 steps of numbers of about 1
    BOOST_TEST((parameters - Eigen::ArrayXd::LinSpaced(count, -1, 2)).abs().maxCoeff() > 0.01);
}

}  // namespace

BOOST_AUTO_TEST_CASE(gradient_descent_decays_weights_and_not_biases) {
    const auto descent =
        update_rules().find("gd").begin({.weights = 2, .parameters = 3, .weight_decay = 0.25});
    Eigen::ArrayXd parameters = Eigen::Array3d(1, -2, 3);
    descent(parameters, Eigen::Array3d(4, 0, 2), 0.5);
    // 1 - (4 + 1/4)/2; -2 + (2/4)/2; 3 - 2/2: exact in binary.
    BOOST_TEST((parameters == Eigen::Array3d(-1.125, -1.75, 2)).all());
    const solver::descent_law law{.rate = 0.5, .weight_decay = 0.25};
    BOOST_TEST(law.keep() * 1 - law.rate * 4 == -1.125);
}

BOOST_AUTO_TEST_CASE(rules_follow_their_formulas) {
    for (const double decay : {0.0, 0.3}) {
        follow(
            "gd", [](followed& x, long double g, long double rate, long) { x.w -= rate * g; },
            decay);
        follow(
            "momentum:0.8",
            [](followed& x, long double g, long double rate, long) {
                x.a = 0.8L * x.a + g;
                x.w -= rate * x.a;
            },
            decay);
        follow(
            "nesterov:0.8",
            [](followed& x, long double g, long double rate, long) {
                x.a = 0.8L * x.a + g;
                x.w -= rate * (g + 0.8L * x.a);
            },
            decay);
        follow(
            "adam",
            [](followed& x, long double g, long double rate, long t) {
                x.a = 0.9L * x.a + 0.1L * g;
                x.b = 0.999L * x.b + 0.001L * g * g;
                const long double mean = x.a / (1 - std::pow(0.9L, t));
                const long double square = x.b / (1 - std::pow(0.999L, t));
                x.w -= rate * mean / (std::sqrt(square) + 1e-8L);
            },
            decay);
    }
}

BOOST_AUTO_TEST_CASE(the_first_step_of_adam_is_the_rate_along_the_sign) {
    const auto step = update_rules().find("adam").begin({.weights = 3, .parameters = 3});
    Eigen::ArrayXd parameters = Eigen::Array3d(0, 0, 0);
    step(parameters, Eigen::Array3d(1e-3, -7, 0), 0.25);
    // eps = 1e-8 beside 1e-3.
    BOOST_TEST(std::abs(parameters(0) + 0.25) < 1e-5);
    BOOST_TEST(std::abs(parameters(1) - 0.25) < 1e-9);
    BOOST_TEST(parameters(2) == 0);
}

BOOST_AUTO_TEST_CASE(every_run_has_a_state_of_its_own) {
    for (const auto* rule : update_rules().all) {
        const solver::update_start start{
            .weights = 1,
            .parameters = 1,
            .number = rule->parameter.letter.empty() ? 0 : rule->parameter.usual};
        const auto first = rule->begin(start);
        const solver::update copy = first;
        const Eigen::ArrayXd gradient = Eigen::ArrayXd::Constant(1, 0.5);
        Eigen::ArrayXd a = Eigen::ArrayXd::Zero(1);
        first(a, gradient, 0.1);
        first(a, gradient, 0.1);
        Eigen::ArrayXd b = Eigen::ArrayXd::Zero(1);
        copy(b, gradient, 0.1);
        copy(b, gradient, 0.1);
        BOOST_TEST(a(0) == b(0));
    }
}

BOOST_AUTO_TEST_CASE(rules_have_names) {
    for (const auto* rule : update_rules().all) {
        BOOST_TEST((rule == &update_rules().find(rule->name)));
    }
    BOOST_TEST(update_rules().parse("momentum").number == 0.9);
    BOOST_TEST(to_string(update_rules().parse("nesterov:0.5")) == "nesterov:0.5");
    BOOST_CHECK_EXCEPTION((void)update_rules().parse("sgdr"), data::input_error,
                          says("optimizer: need gd, momentum:M, nesterov:M or adam, got 'sgdr'"));
    for (const std::string name : {"momentum:1", "momentum:-0.1", "momentum:x", "momentum:nan"}) {
        BOOST_CHECK_EXCEPTION(
            (void)update_rules().parse(name), data::input_error,
            says("optimizer: need momentum:M with 0 <= M < 1, got '" + name + "'"));
    }
    BOOST_CHECK_EXCEPTION((void)update_rules().parse("nesterov:0"), data::input_error,
                          says("optimizer: need nesterov:M with 0 < M < 1, got 'nesterov:0'"));
}

BOOST_AUTO_TEST_CASE(a_rule_that_nobody_knows_trains_networks) {
    const auto data = data::draw_toy_samples({.rho = 0.5, .ratio = 2}, 40, 1, false);
    const auto arch = theory::architecture::fused(3, 2, 2);
    const auto init = tests::gaussian(0.3, 6);
    tests::network_options options{.learning_rate = 0.01};
    options.max_epochs = 25;
    options.samples.rule = &sign_descent;
    const auto trained = tests::simulate(data, arch, init, options);

    // The same steps written down.
    const solver::network_shape shape(data.input_moments(), arch, 6);
    solver::sample_network network(shape, data, {});
    solver::state weights = trained.network->at_start;
    solver::state gradient(weights.size());
    for (int epoch = 0; epoch < 25; ++epoch) {
        (void)network.gradient(weights.data(), gradient.data());
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] -= 0.01 * static_cast<double>((gradient[i] > 0) - (gradient[i] < 0));
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
    options.samples.rule = &sign_descent;
    BOOST_CHECK_EXCEPTION(
        (void)tests::simulate(tests::toy(0.5, 2), theory::architecture::fused(2, 2, 2),
                              tests::gaussian(0.1, 5), options),
        data::input_error,
        says("optimizer: networks from moments take steps of gd, got sign: need samples"));
}

BOOST_AUTO_TEST_SUITE_END()
