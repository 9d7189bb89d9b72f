#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "fusionflow/data/drawn_samples.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/losses/loss.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(losses)

namespace {

using Eigen::VectorXd;

VectorXd of(std::initializer_list<double> numbers) {
    return Eigen::Map<const VectorXd>(numbers.begin(), std::ssize(numbers));
}

double value(const char* name, const VectorXd& y, const VectorXd& f) {
    return solver::judge(solver::losses().parse(name), y, f).value;
}

VectorXd slopes(const char* name, const VectorXd& y, const VectorXd& f) {
    return solver::judge(solver::losses().parse(name), y, f).slopes;
}

// Targets that each loss takes.
std::vector<VectorXd> targets_of(const solver::loss_function& loss) {
    if (loss.needs_classes) {
        return {of({1, 0}), of({0, 0, 1, 0})};
    }
    std::vector<VectorXd> targets = {of({-1}), of({1})};
    if (!loss.needs_labels) {
        targets.push_back(of({0.5, -2, 3}));
    }
    return targets;
}

}  // namespace

BOOST_AUTO_TEST_CASE(slopes_are_derivatives) {
    for (const auto* loss : solver::losses().all) {
        for (const VectorXd& y : targets_of(*loss)) {
            for (const double scale : {0.1, 0.3, 1.0, 3.0}) {
                VectorXd f = scale * VectorXd::LinSpaced(y.size(), -0.9, 1.1);
                const VectorXd found = solver::judge(loss, y, f).slopes;
                for (Eigen::Index k = 0; k < f.size(); ++k) {
                    const double h = 1e-5;
                    const double here = f(k);
                    f(k) = here + h;
                    const double above = solver::judge(loss, y, f).value;
                    f(k) = here - h;
                    const double below = solver::judge(loss, y, f).value;
                    f(k) = here;
                    BOOST_TEST_INFO(loss->name << " f " << f.transpose());
                    // h^2/6 third derivatives of at most e^3, rounding 1e-15/h; no error is at
                    // the kink of Huber's slope.
                    BOOST_TEST(std::abs((above - below) / (2 * h) - found(k)) < 1e-8);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(values_are_those_of_the_formulas) {
    BOOST_TEST(value("half-mse", of({3}), of({1})) == 2);
    BOOST_TEST(value("half-mse", of({3, 0, 1}), of({1, 0, 2})) == 2.5);
    BOOST_TEST(value("mse", of({3}), of({1})) == 4);
    BOOST_TEST(value("mse", of({3, 0}), of({1, 4})) == 10);
    BOOST_TEST(value("huber", of({3}), of({1})) == 1.5);
    BOOST_TEST(value("huber:0.5", of({3, 1}), of({1, 0.75})) == (0.5 * 1.75 + 0.03125) / 2);
    BOOST_TEST(std::abs(value("logistic", of({-1}), of({0.5})) - std::log(1 + std::exp(0.5))) <
               1e-15);
    BOOST_TEST(std::abs(value("exponential", of({-1}), of({0.5})) - std::exp(0.5)) < 1e-15);
    // -ln of the softmax, of numbers that do not overflow by themselves.
    const double total = std::exp(0.2) + std::exp(-1.0) + std::exp(0.7);
    BOOST_TEST(std::abs(value("cross-entropy", of({0, 0, 1}), of({0.2, -1, 0.7})) -
                        (std::log(total) - 0.7)) < 1e-15);
}

BOOST_AUTO_TEST_CASE(slopes_at_zero_are_those_of_theory) {
    BOOST_TEST(slopes("half-mse", of({1}), of({0}))(0) == -1);
    BOOST_TEST(slopes("mse", of({1, 0}), of({0, 0}))(0) == -1);
    BOOST_TEST(slopes("mse", of({1}), of({0}))(0) == -2);
    BOOST_TEST(slopes("logistic", of({1}), of({0}))(0) == -0.5);
    BOOST_TEST(slopes("logistic", of({-1}), of({0}))(0) == 0.5);
    BOOST_TEST(slopes("exponential", of({-1}), of({0}))(0) == 1);
    const VectorXd classes = slopes("cross-entropy", of({0, 1, 0, 0}), of({0, 0, 0, 0}));
    BOOST_TEST((classes - of({0.25, -0.75, 0.25, 0.25})).norm() == 0);
    BOOST_TEST(std::abs(value("cross-entropy", of({0, 1}), of({0, 0})) - std::log(2)) < 1e-16);
}

BOOST_AUTO_TEST_CASE(losses_of_classes_do_not_overflow) {
    BOOST_TEST(value("logistic", of({1}), of({-1e5})) == 1e5);
    BOOST_TEST(value("logistic", of({1}), of({1e5})) == 0);
    BOOST_TEST(slopes("logistic", of({1}), of({-1e5}))(0) == -1);
    BOOST_TEST(std::abs(slopes("logistic", of({1}), of({1e5}))(0)) == 0);
    BOOST_TEST(value("cross-entropy", of({1, 0}), of({-1e5, 1e5})) == 2e5);
    BOOST_TEST(value("cross-entropy", of({1, 0}), of({1e5, -1e5})) == 0);
    BOOST_TEST(slopes("cross-entropy", of({1, 0}), of({-1e5, 1e5}))(0) == -1);
}

BOOST_AUTO_TEST_CASE(a_constant_added_to_all_outputs_is_nothing_to_cross_entropy) {
    const VectorXd y = of({0, 1, 0});
    const VectorXd f = of({0.25, -1, 2});  // sums with 4096 are exact
    const VectorXd moved = f.array() + 4096;
    BOOST_TEST(value("cross-entropy", y, f) == value("cross-entropy", y, moved));
    BOOST_TEST(std::abs(slopes("cross-entropy", y, f).sum()) < 1e-15);
}

BOOST_AUTO_TEST_CASE(only_squared_errors_are_a_matter_of_second_moments) {
    for (const auto* loss : solver::losses().all) {
        BOOST_TEST((loss == &solver::losses().find(loss->name)));
        if (loss->needs_classes) {
            BOOST_TEST((loss->squared == nullptr));
            continue;
        }
        // Quadratic in f: the slope's own slope is the same everywhere.
        const auto bend = [&](double f) {
            return solver::judge(loss, of({1}), of({f + 1})).slopes(0) -
                   solver::judge(loss, of({1}), of({f})).slopes(0);
        };
        const bool quadratic = bend(1) == bend(2);
        BOOST_TEST((loss->squared != nullptr) == quadratic);
        if (quadratic) {
            BOOST_TEST(loss->squared(1) == bend(1));
        }
    }
    BOOST_TEST(solver::losses().find("mse").squared(4) == 0.5);
}

BOOST_AUTO_TEST_CASE(names_are_read_and_others_refused) {
    BOOST_TEST(solver::losses().parse("huber").number == 1);
    BOOST_TEST(to_string(solver::losses().parse("huber:0.25")) == "huber:0.25");
    BOOST_TEST(to_string(solver::losses().parse("mse")) == "mse");
    BOOST_CHECK_EXCEPTION((void)solver::losses().parse("hinge"), data::input_error,
                          says("loss: need half-mse, mse, huber:D, cross-entropy, logistic or "
                               "exponential, got 'hinge'"));
    for (const std::string name : {"huber:0", "huber:", "huber:-1", "huber:nan", "huber:inf"}) {
        BOOST_CHECK_EXCEPTION((void)solver::losses().parse(name), data::input_error,
                              says("loss: need huber:D with finite D > 0, got '" + name + "'"));
    }
}

namespace {

// The root of 1 + e^2 less 1: squared for small errors, straight for large ones.
constexpr solver::loss_function root_loss = {
    .name = "root",
    .about = "squared error where it is small, its root where it is large",
    .judge = [](const solver::loss_block& block) {
        return solver::judge_each(
            block, [](double y, double f) { return std::sqrt(1 + (y - f) * (y - f)) - 1; },
            [](double y, double f) { return (f - y) / std::sqrt(1 + (y - f) * (y - f)); });
    }};

}  // namespace

BOOST_AUTO_TEST_CASE(a_loss_that_nobody_knows_trains_networks) {
    // Targets of at most 1e-3: the losses differ by a part of 1e-6/4 of themselves.
    const auto drawn = data::draw_toy_samples({.rho = 0.5, .ratio = 2}, 50, 1, false);
    const double largest = drawn.targets().cwiseAbs().maxCoeff();
    const data::samples data({"A", "B"}, drawn.dims(), drawn.inputs(),
                             drawn.targets() / (1e3 * largest));
    tests::network_options options{.learning_rate = 0.1};
    const auto train = [&] {
        return tests::simulate(data, theory::architecture::fused(2, 2, 2), tests::gaussian(0.02, 8),
                               options);
    };
    const auto squared = train();
    options.samples.loss = &root_loss;
    const auto own = train();
    BOOST_TEST((own.ended == theory::outcome::learned));
    for (std::size_t m = 0; m < 2; ++m) {
        // Times move by the same part, made larger by their logarithms; and they do move.
        BOOST_TEST(std::abs(own.times[m] / squared.times[m] - 1) < 1e-5);
        BOOST_TEST(own.times[m] != squared.times[m]);
    }
    BOOST_TEST(!options.samples.moments_suffice());
}

BOOST_AUTO_TEST_SUITE_END()
