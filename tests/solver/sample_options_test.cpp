#include "fusionflow/solver/losses/sample_options.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "fusionflow/data/error.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(sample_options)

BOOST_AUTO_TEST_CASE(refuses_numbers_that_their_owners_do_not_take) {
    solver::sample_options options;
    options.units = {std::numeric_limits<double>::quiet_NaN()};
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("activation: need leaky:A with finite A >= 0, got nan"));
    options = {};
    options.loss = {&solver::losses().find("huber"), 0};
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("loss: need huber:D with finite D > 0, got 0"));
    options = {};
    options.rule = {&solver::update_rules().find("momentum"), 1};
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("optimizer: need momentum:M with 0 <= M < 1, got 1"));
    options = {};
    options.batch = -1;
    BOOST_CHECK_EXCEPTION(options.validate(), data::input_error,
                          says("batch: need at least 1, got -1"));
}

BOOST_AUTO_TEST_CASE(second_moments_suffice_for_what_theory_is_about_only) {
    BOOST_TEST(solver::sample_options{}.moments_suffice());
    BOOST_TEST(solver::sample_options{}.moments_suffice(3));
    BOOST_TEST(!solver::sample_options{.units = {0}}.moments_suffice());
    BOOST_TEST(
        !solver::sample_options{.units = solver::parse_activation("tanh")}.moments_suffice());
    BOOST_TEST(!solver::sample_options{.bias = true}.moments_suffice());
    BOOST_TEST(!solver::sample_options{.batch = 10}.moments_suffice());
    for (const char* loss : {"mse", "logistic", "huber"}) {
        BOOST_TEST(!solver::sample_options{.loss = &solver::losses().find(loss)}.moments_suffice());
    }
    // 2/K times the half squared error is itself for two outputs.
    BOOST_TEST(solver::sample_options{.loss = &solver::losses().find("mse")}.moments_suffice(2));
    const auto* adam = &solver::update_rules().find("adam");
    BOOST_TEST(!solver::sample_options{.rule = adam}.moments_suffice());
}

BOOST_AUTO_TEST_CASE(losses_are_refused_for_targets_that_they_have_no_answer_for) {
    const auto match = [](const char* loss, const Eigen::MatrixXd& targets) {
        const data::samples data({"A"}, {1}, Eigen::MatrixXd::Ones(targets.rows(), 1), targets);
        solver::sample_options{.loss = &solver::losses().find(loss)}.match(data);
    };
    Eigen::MatrixXd classes(2, 2);
    classes << 1, 0, 0, 1;
    Eigen::MatrixXd soft(2, 2);
    soft << 0.5, 0.5, 0, 1;
    Eigen::MatrixXd none(2, 2);
    none << 0, 0, 0, 1;
    const Eigen::MatrixXd labels = Eigen::Vector2d(1, -1);
    const Eigen::MatrixXd numbers = Eigen::Vector2d(1, 0);
    for (const char* loss : {"half-mse", "mse", "huber"}) {
        match(loss, classes);
        match(loss, soft);
        match(loss, numbers);
    }
    match("cross-entropy", classes);
    match("logistic", labels);
    BOOST_CHECK_EXCEPTION(
        match("cross-entropy", labels), data::input_error,
        says("loss: need two or more classes, a target for each, for cross-entropy, got one target "
             "(of +1 and -1 it can be logistic)"));
    for (const auto* wrong : {&soft, &none}) {
        BOOST_CHECK_EXCEPTION(match("cross-entropy", *wrong), data::input_error,
                              says("loss: need classes for cross-entropy: targets of 0 and, one in "
                                   "each sample, 1"));
    }
    BOOST_CHECK_EXCEPTION(match("logistic", numbers), data::input_error,
                          says("loss: need targets of +1 and -1 for logistic"));
    BOOST_CHECK_EXCEPTION(match("exponential", classes), data::input_error,
                          says("loss: need one target of +1 and -1 for exponential, got 2"));
}

BOOST_AUTO_TEST_SUITE_END()
