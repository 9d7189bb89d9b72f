#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "fusionflow/theory/prediction/sensitivity.hpp"
#include "tests/support/differences.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::whole_model;
using theory::architecture;
using theory::parameter;
using kind = parameter::kind;

// What holds for derivatives without computing any: units, and where there are none.
BOOST_AUTO_TEST_SUITE(sensitivity_rules)

namespace {

theory::sensitivity_table table_of(const whole_model& m) {
    return theory::sensitivities(m.moments, m.arch, m.init, m.options);
}

// The sum of the derivatives by all parameters of a kind.
Eigen::VectorXd total(const theory::sensitivity_table& table, const Eigen::MatrixXd& slopes,
                      kind what) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(slopes.rows());
    for (std::size_t i = 0; i < table.parameters.size(); ++i) {
        if (table.parameters[i].what == what) {
            sum += slopes.col(static_cast<Eigen::Index>(i));
        }
    }
    return sum;
}

double largest(const Eigen::VectorXd& v) { return v.cwiseAbs().maxCoeff(); }

}  // namespace

BOOST_AUTO_TEST_CASE(inputs_and_targets_scaled_alike_are_a_change_of_the_unit_of_time) {
    // x -> c x, y -> c y: the loss and all gradients at fixed W go as c^2, and so do rates; decay
    // and steps have the unit of a rate and of a time. d ln t/d ln c = -2.
    for (const architecture& arch :
         {architecture::fused(2, 2, 3), architecture::fused(5, 5, 3), architecture::fused(5, 3, 3),
          architecture::fused(4, 1, 3), architecture({4, 3, 2}, 2)}) {
        whole_model m{tests::random_moments({2, 1, 2}, 7), arch, {.u0 = 1e-2}};
        m.options.weight_decay = arch.two_layer_late() ? 0.01 : 0;
        const auto table = table_of(m);
        const Eigen::VectorXd by_unit =
            total(table, table.leading, kind::scale) +
            total(table, table.leading, kind::target_scale) +
            2 * m.options.weight_decay * total(table, table.leading, kind::weight_decay);
        // Sums of a few derivatives of order 1, with 1e-11 from quadrature.
        BOOST_TEST(largest(by_unit.array() + 2) < 1e-10);
    }
    whole_model stepped{tests::random_moments({2, 1, 2}, 7),
                        architecture::fused(2, 2, 3),
                        {.u0 = 1e-5, .drawn = tests::scheme::gaussian}};
    stepped.options.learning_rate = 0.02;
    const auto table = table_of(stepped);
    const Eigen::VectorXd by_unit = total(table, *table.refined, kind::scale) +
                                    total(table, *table.refined, kind::target_scale) -
                                    2 * 0.02 * total(table, *table.refined, kind::learning_rate);
    BOOST_TEST(largest(by_unit.array() + 2) < 1e-10);
    // y -> c y with W -> c W, so u0^2 -> c u0^2, multiplies rates by c: exact for refined times.
    const Eigen::VectorXd by_target = total(table, *table.refined, kind::target_scale) +
                                      total(table, *table.refined, kind::init) / 2 -
                                      0.02 * total(table, *table.refined, kind::learning_rate);
    BOOST_TEST(largest(by_target.array() + 1) < 1e-10);
}

BOOST_AUTO_TEST_CASE(late_fusion_has_the_rules_of_its_closed_form) {
    // Without a trunk the clock is time: t goes as 1/s at fixed Sigma, and as phi(u0) - phi(1).
    for (const int depth : {2, 3, 6}) {
        const double u0 = 0.02;
        const whole_model m{
            tests::three_scalars(), architecture::fused(depth, depth, 3), {.u0 = u0}};
        const auto table = table_of(m);
        const double by_init =
            depth == 2 ? 1 / std::log(u0) : (2 - depth) / (1 - std::pow(u0, depth - 2));
        // Rounding of a few quotients.
        BOOST_TEST(largest(total(table, table.leading, kind::target_scale).array() + 1) < 1e-12);
        BOOST_TEST(largest(total(table, table.leading, kind::scale).array() + 1) < 1e-12);
        BOOST_TEST(largest(total(table, table.leading, kind::init).array() - by_init) < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(ties_have_derivatives_by_what_keeps_them) {
    for (const int fusion : {3, 4}) {
        const auto table =
            table_of({tests::toy(0.3, 1), architecture::fused(4, fusion, 2), {.u0 = 1e-2}});
        BOOST_TEST(total(table, table.leading, kind::init).allFinite());
        BOOST_TEST(total(table, table.leading, kind::target_scale).allFinite());
        BOOST_TEST(total(table, table.leading, kind::coupling).allFinite());
        BOOST_TEST(total(table, table.leading, kind::scale).array().isNaN().all());
        BOOST_TEST_REQUIRE(table.warnings.size() == 2U);
        BOOST_TEST(table.warnings[0] ==
                   "sensitivities: the time of A has no derivative by scale of A, scale of B: a "
                   "tie, a zero or a singular covariance makes it differ from side to side");
    }
}

BOOST_AUTO_TEST_CASE(what_is_never_learned_has_no_derivative_and_no_warning) {
    const auto moments = data::toy_moments({.rho = 0.5, .ratio = 2, .target_weights = {1, 0}});
    const auto table = table_of({moments, architecture::fused(4, 3, 2), {.u0 = 0.01}});
    BOOST_TEST(table.leading.row(0).allFinite());
    BOOST_TEST(table.leading.row(1).array().isNaN().all());
    BOOST_TEST(table.warnings.empty());
    BOOST_TEST(!table.refined);
}

BOOST_AUTO_TEST_CASE(a_correlation_of_zero_that_a_change_moves_has_two_sides) {
    // s_B = 1 + rho kappa = 0 at rho = -1/kappa: |s_B| has a kink, which u_f feels through a trunk.
    const auto table = table_of({tests::toy(-0.5, 2), architecture::fused(4, 2, 2), {.u0 = 0.01}});
    BOOST_TEST(table.leading.allFinite() == false);
    BOOST_TEST(total(table, table.leading, kind::coupling).array().isNaN().all());
    // Scales leave s_B at zero.
    BOOST_TEST(total(table, table.leading, kind::scale).allFinite());
    // In late fusion t_A does not feel B, and a two-layer B gathers E_B with its sign: no kink.
    const auto late = table_of({tests::toy(-0.5, 2), architecture::fused(2, 2, 2), {.u0 = 0.01}});
    BOOST_TEST(late.leading.allFinite());
}

BOOST_AUTO_TEST_CASE(a_singular_covariance_has_derivatives_by_scales) {
    // x_B is one of the inputs of A, so B is never learned; C is apart.
    Eigen::MatrixXd covariance(4, 4);
    covariance << 2, 0.5, 0.5, 0.3, 0.5, 1, 1, 0.2, 0.5, 1, 1, 0.2, 0.3, 0.2, 0.2, 1;
    const Eigen::Vector4d law(1, 0.3, 0.2, 0.7);
    const Eigen::VectorXd correlation = covariance * law;
    const whole_model m{{{"A", "B", "C"}, {2, 1, 1}, covariance, correlation, 20},
                        architecture::fused(3, 3, 3),
                        {.u0 = 1e-3}};
    const auto table = table_of(m);
    const auto times = [](const whole_model& of) {
        return theory::race(of.moments, of.arch, of.init).answer.times;
    };
    const auto before = times(m);
    BOOST_TEST(std::count_if(before.begin(), before.end(),
                             [](double t) { return std::isfinite(t); }) == 2);
    for (int k = 0; k < 3; ++k) {
        const parameter by{kind::scale, k};
        const Eigen::VectorXd expected = tests::extrapolated(m, by, times, 4e-3);
        for (Eigen::Index i = 0; i < 3; ++i) {
            if (std::isfinite(before[static_cast<std::size_t>(i)])) {
                // As in sensitivity_test.
                BOOST_TEST(std::abs(table.leading(i, 2 + k) - expected(i)) < 1e-8);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(couplings_are_given_for_at_most_twelve_modalities) {
    const auto count = [](int modalities) {
        const auto moments =
            tests::random_moments(std::vector<int>(static_cast<std::size_t>(modalities), 1), 3);
        const auto table = table_of({moments, architecture::fused(3, 3, modalities), {.u0 = 1e-3}});
        return table.parameters.size();
    };
    BOOST_TEST(count(12) == 2U + 12 + 66);
    BOOST_TEST(count(13) == 2U + 13);
}

BOOST_AUTO_TEST_CASE(bad_input_is_refused_as_by_race) {
    const whole_model m{tests::toy(0.5, 2), architecture::fused(4, 4, 2), {.u0 = 1e-200}};
    BOOST_CHECK_EXCEPTION((void)table_of(m), data::input_error,
                          tests::says("init: times of 10^400.0 (u0^-2, log10 t) are beyond the "
                                      "range of numbers: need u0 >= 3.2e-148, got 1e-200; predict "
                                      "gives their log10"));
    whole_model decaying{tests::toy(0.5, 2), architecture::fused(4, 4, 2), {.u0 = 1e-2}};
    decaying.options.weight_decay = -1;
    BOOST_CHECK_EXCEPTION((void)table_of(decaying), data::input_error,
                          tests::says("weight-decay: need finite lambda >= 0, got -1"));
}

BOOST_AUTO_TEST_SUITE_END()
