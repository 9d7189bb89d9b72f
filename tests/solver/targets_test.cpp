// Networks with several targets.

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/solver/networks/weights_file.hpp"
#include "tests/support/krylov.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::relative;
using tests::says;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(targets)

namespace {

// Two targets y = W x of two uncorrelated scalars.
data::moments uncorrelated(const Eigen::Matrix2d& weights, double variance) {
    const Eigen::Vector2d power(variance, 1);
    const Eigen::MatrixXd covariance = power.asDiagonal();
    const Eigen::MatrixXd correlation = weights * covariance;
    return data::moments::of_targets({"A", "B"}, {1, 1}, covariance, correlation,
                                     weights.cwiseProduct(correlation).sum());
}

Eigen::Matrix2d rotation(double angle) {
    Eigen::Matrix2d r;
    r << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
    return r;
}

tests::network_options options_for(std::string_view form, double rate) {
    tests::network_options options;
    options.form = form;
    options.max_epochs = 100000;
    options.learning_rate = rate;
    return options;
}

}  // namespace

// What the loss sees of the outputs does not change when targets and last layers are turned.
BOOST_AUTO_TEST_CASE(turned_targets_are_learned_at_the_same_times) {
    const auto arch = theory::architecture::fused(3, 2, 2);
    const theory::initialisation init{.u0 = 0.3, .drawn = scheme::gaussian, .width = 20};
    const Eigen::Matrix2d weights{{1.0, 0.3}, {-0.4, 0.8}};
    const auto moments = uncorrelated(weights, 4);
    const auto turned = uncorrelated(rotation(0.7) * weights, 4);
    auto network = tests::draw_full(moments, arch, init, 3);
    auto other = network;
    auto last = solver::matrix(other.weights.data(), other.shape.trunk().back());
    last = (rotation(0.7) * last).eval();
    for (const auto method :
         {solver::training_method::gradient_descent, solver::training_method::gradient_flow}) {
        auto options = options_for("full", 0.01);
        options.method = method;
        const auto one = tests::simulate_from(moments, arch, init, options, network);
        const auto two = tests::simulate_from(turned, arch, init, options, other);
        BOOST_TEST((one.ended == theory::outcome::learned));
        for (std::size_t m = 0; m < 2; ++m) {
            // Rounding of some hundred epochs, or of the adaptive steps' control.
            BOOST_TEST(relative(one.times[m], two.times[m]) < 1e-9);
        }
    }
}

// In late fusion with targets of their own, modalities are two networks of one target each.
BOOST_AUTO_TEST_CASE(a_target_for_every_modality_is_a_network_for_each) {
    const auto moments = uncorrelated(Eigen::Matrix2d::Identity(), 4);
    const auto arch = theory::architecture::fused(2, 2, 2);
    const theory::initialisation init{.u0 = 1e-4, .drawn = scheme::gaussian_iid, .width = 30};
    auto options = options_for("full", 0.002);
    const auto together = tests::simulate(moments, arch, init, options);
    for (int m = 0; m < 2; ++m) {
        const double power = moments.covariance()(m, m);
        const data::moments alone({"A"}, {1}, Eigen::MatrixXd::Constant(1, 1, power),
                                  Eigen::VectorXd::Constant(1, power), power);
        const auto single =
            tests::simulate(alone, theory::architecture::fused(2, 2, 1), init, options);
        // Other draws, and the row of the other target takes a share of log(1/u0) with it.
        BOOST_TEST(relative(together.times[static_cast<std::size_t>(m)], single.times[0]) < 0.03);
    }
}

BOOST_AUTO_TEST_CASE(compressed_networks_follow_the_full_one) {
    const auto moments = tests::random_moments({3, 2}, 7, 3);
    const auto arch = theory::architecture::fused(3, 2, 2);
    const theory::initialisation init{.u0 = 0.4, .drawn = scheme::gaussian, .width = 60};
    const auto full = tests::draw_full(moments, arch, init, 1);
    for (const int rounds : {3, 4}) {
        auto options = options_for("compressed", 0.02);
        options.compression.rounds = rounds;
        const auto growth = tests::growth_of(moments, arch, init, "compressed", 1);
        const auto small = solver::train_truncated(tests::model_of(moments, arch, init, options),
                                                   options.run(), *growth, rounds);
        solver::comparison truth(moments, full, {.rate = options.learning_rate});
        (void)solver::train(tests::model_of(moments, arch, init, options), options.run(),
                            growth->network(rounds), &truth);
        BOOST_TEST_MESSAGE(rounds << " rounds: " << truth.deviation() << ", estimate "
                                  << small.network->truncation_error);
        BOOST_TEST(truth.deviation() <= small.network->truncation_error);
        BOOST_TEST(small.network->truncation_error < (rounds == 3 ? 1e-4 : 1e-6));
        BOOST_TEST((small.ended == theory::outcome::learned));
    }
}

BOOST_AUTO_TEST_CASE(sampled_networks_of_a_million_units_learn_all_of_it) {
    const auto moments = tests::random_moments({3, 2}, 7, 3);
    const auto arch = theory::architecture::fused(3, 3, 2);
    const theory::initialisation init{.u0 = 0.3, .drawn = scheme::gaussian, .width = 1'000'000};
    auto options = options_for("sampled", 0.02);
    options.compression.rounds = 3;
    options.flow.tail = 40;
    const auto run = tests::simulate(moments, arch, init, options);
    BOOST_TEST((run.ended == theory::outcome::learned));
    // All modes after forty times the time of the last half-height; y is a function of x.
    BOOST_TEST(run.loss_final < 1e-3 * run.loss_initial);
}

BOOST_AUTO_TEST_CASE(weight_decay_is_refused) {
    const auto moments = tests::random_moments({3, 2}, 7, 3);
    const auto arch = theory::architecture::fused(3, 2, 2);
    auto options = options_for("full", 0.02);
    options.weight_decay = 0.1;
    BOOST_CHECK_EXCEPTION((void)tests::simulate(moments, arch,
                                                {.u0 = 0.1, .drawn = scheme::gaussian, .width = 5},
                                                options),
                          data::input_error, says("weight-decay: need one target, got 3"));
}

BOOST_AUTO_TEST_CASE(weights_and_trajectories_have_a_row_per_target) {
    const auto moments = tests::random_moments({3, 2}, 7, 2);
    const auto arch = theory::architecture::fused(2, 2, 2);
    const theory::initialisation init{.u0 = 0.2, .drawn = scheme::gaussian, .width = 4};
    auto options = options_for("full", 0.02);
    options.flow.record = true;
    const auto run = tests::simulate(moments, arch, init, options);
    const auto arrays =
        solver::weights_to_arrays({"A", "B"}, run.network->shape, run.network->at_end);
    const auto back = solver::weights_from_arrays(arrays, {"A", "B"}, {3, 2}, arch, false, "F", 2);
    BOOST_TEST(back.weights == run.network->at_end);
    BOOST_CHECK_THROW(
        (void)solver::weights_from_arrays(arrays, {"A", "B"}, {3, 2}, arch, false, "F"),
        data::input_error);
    const std::string csv = solver::to_csv(run.path, {});
    BOOST_TEST(csv.substr(0, csv.find('\n')) ==
               "t,loss,norm_A,u_A,norm_B,u_B,W_1_1,W_2_1,W_1_2,W_2_2,W_1_3,W_2_3,W_1_4,W_2_4,W_1_5,"
               "W_2_5,share,power_A,progress_A,power_B,progress_B");
}

BOOST_AUTO_TEST_SUITE_END()
