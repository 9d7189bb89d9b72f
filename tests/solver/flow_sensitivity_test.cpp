#include "fusionflow/solver/methods/flow_sensitivity.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/differences.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::whole_model;
using theory::architecture;
using kind = theory::parameter::kind;

BOOST_AUTO_TEST_SUITE(flow_sensitivity)

namespace {

std::vector<double> flow_times(const whole_model& m) {
    return tests::integrate(m.moments, m.arch, m.init, {.rtol = 1e-12}).times;
}

solver::flow_sensitivity_table table_of(const whole_model& m) {
    return solver::flow_sensitivities(tests::model_of(m.moments, m.arch, m.init), {.rtol = 1e-10});
}

// The sum of the derivatives by all parameters of a kind.
Eigen::VectorXd total(const solver::flow_sensitivity_table& table, kind what) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(table.slopes.rows());
    for (std::size_t i = 0; i < table.parameters.size(); ++i) {
        if (table.parameters[i].what == what) {
            sum += table.slopes.col(static_cast<Eigen::Index>(i));
        }
    }
    return sum;
}

// Steps of 2e-2 extrapolated to h^8: 1e-10 where derivatives grow as powers of ten; rounding 1e-11
// of times over 2.5e-3. 1e-7 holds for both, and for the derivatives' own 100 rtol.
void check_differences(const whole_model& m) {
    const auto table = table_of(m);
    for (std::size_t i = 0; i < table.parameters.size(); ++i) {
        const theory::parameter& by = table.parameters[i];
        const Eigen::VectorXd found = table.slopes.col(static_cast<Eigen::Index>(i));
        const Eigen::VectorXd expected = tests::extrapolated(m, by, flow_times, 2e-2);
        for (Eigen::Index k = 0; k < found.size(); ++k) {
            BOOST_TEST_INFO(to_string(m.moments, by) << ", " << m.moments.name(static_cast<int>(k))
                                                     << ": " << found(k) << ", " << expected(k));
            BOOST_TEST(std::abs(found(k) - expected(k)) < 1e-7 * (1 + std::abs(expected(k))));
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(scalars_match_extrapolated_differences) {
    for (const auto& arch :
         {architecture::fused(2, 2, 2), architecture::fused(4, 4, 2), architecture::fused(4, 3, 2),
          architecture::fused(4, 2, 2), architecture::fused(4, 1, 2), architecture({1, 3}, 1),
          architecture({4, 3}, 2)}) {
        BOOST_TEST_INFO_SCOPE("branches " << arch.branch(0) << ", " << arch.branch(1) << ", shared "
                                          << arch.shared());
        check_differences({tests::toy(0.5, 2), arch, {.u0 = 0.05}});
    }
}

BOOST_AUTO_TEST_CASE(vectors_match_extrapolated_differences) {
    for (const auto& arch : {architecture::fused(3, 3, 3), architecture::fused(4, 2, 3)}) {
        whole_model m{tests::random_moments({2, 1, 3}, 4), arch, {.u0 = 0.03}};
        check_differences(m);
        m.init.branch_norms = {0.03, 0.02, 0.04};
        m.init.trunk_excess = 3e-3;
        check_differences(m);
    }
}

BOOST_AUTO_TEST_CASE(units_of_time_and_weights_hold_at_any_initial_norm) {
    // x -> c x, y -> c y: t goes as c^-2. y -> c y, u -> c^(1/L) u: W goes as c, all rates
    // u^(L-2) E as c^((L-2)/L + 1). Plateaus of up to 1e24 at u0 = 1e-12, L = 4.
    for (const double u0 : {0.1, 1e-3, 1e-12}) {
        for (int fusion = 1; fusion <= 4; ++fusion) {
            for (const int depth : {4, 2}) {
                if (fusion > depth) {
                    continue;
                }
                BOOST_TEST_INFO_SCOPE("L " << depth << " L_f " << fusion << " u0 " << u0);
                const auto table = table_of(
                    {tests::toy(0.5, 2), architecture::fused(depth, fusion, 2), {.u0 = u0}});
                const Eigen::VectorXd by_time =
                    total(table, kind::scale) + total(table, kind::target_scale);
                const Eigen::VectorXd by_weights =
                    total(table, kind::target_scale) + total(table, kind::init) / depth;
                // A hundred times rtol.
                BOOST_TEST((by_time.array() + 2).abs().maxCoeff() < 1e-8);
                BOOST_TEST((by_weights.array() + 2 - 2.0 / depth).abs().maxCoeff() < 1e-8);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(at_small_initial_norms_they_are_those_of_the_leading_order) {
    // The times differ by about u0^(L-2) = 1e-12 of themselves, with unequal branches by u0.
    const theory::initialisation init{.u0 = 1e-6};
    for (const auto& arch : {architecture::fused(4, 4, 3), architecture({4, 4, 3}, 0)}) {
        const auto moments = tests::three_scalars();
        const auto table = table_of({moments, arch, init});
        const auto leading = theory::sensitivities(moments, arch, init, {});
        BOOST_TEST((table.slopes - leading.leading).norm() < 1e-5 * leading.leading.norm());
    }
}

BOOST_AUTO_TEST_CASE(what_is_never_learned_has_none) {
    // E_B turns against balanced weights.
    const auto table = table_of({tests::toy(-0.9, 3), architecture::fused(3, 3, 2), {.u0 = 0.01}});
    BOOST_TEST(table.slopes.row(0).allFinite());
    BOOST_TEST(table.slopes.row(1).array().isNaN().all());
}

BOOST_AUTO_TEST_CASE(what_is_learned_at_once_has_none) {
    const auto table =
        table_of({tests::toy(0.5, 2), architecture::fused(3, 3, 2), {.branch_norms = {0.99, 0.1}}});
    BOOST_TEST(table.slopes.row(0).array().isNaN().all());
    BOOST_TEST(table.slopes.row(1).allFinite());
    BOOST_TEST(table.warnings.empty());
}

BOOST_AUTO_TEST_CASE(heights_that_jump_have_none_and_it_is_said) {
    // Two inputs that are the same: as modalities they come apart when their coupling changes, and
    // the rank of their saddle with it. As one modality no coupling touches them.
    Eigen::MatrixXd covariance(3, 3);
    covariance << 4, 4, 0.5, 4, 4, 0.5, 0.5, 0.5, 1;
    const Eigen::VectorXd correlation = covariance * Eigen::Vector3d(1, 0, 1);
    const data::moments moments({"A", "B"}, {2, 1}, covariance, correlation, 20);
    const data::moments twins({"A", "B", "C"}, {1, 1, 1}, covariance, correlation, 20);
    const theory::initialisation init{.u0 = 0.05};
    const auto whole = table_of({moments, architecture::fused(3, 3, 2), init});
    BOOST_TEST(whole.slopes.allFinite());
    const auto apart = table_of({twins, architecture::fused(3, 3, 3), init});
    // After init, target and three scales: the coupling of A and B.
    BOOST_TEST(apart.slopes.col(5).array().isNaN().all());
    BOOST_TEST(apart.slopes.leftCols(5).allFinite());
    BOOST_TEST(!apart.warnings.empty());
}

BOOST_AUTO_TEST_CASE(trouble_is_said_and_leaves_none) {
    const auto table = solver::flow_sensitivities(
        tests::model_of(tests::toy(0.5, 2), architecture::fused(3, 3, 2), {.u0 = 0.01}),
        {.max_steps = 5});
    BOOST_TEST(table.slopes.array().isNaN().all());
    BOOST_TEST_REQUIRE(table.warnings.size() == 5U);
    BOOST_TEST(table.warnings[0].starts_with("sensitivities: none by init: step_limit: "));
}

BOOST_AUTO_TEST_CASE(bad_input_is_refused_as_by_integrate) {
    const auto moments = tests::toy(0.5, 2);
    const auto arch = architecture::fused(3, 3, 2);
    const theory::initialisation drawn{.drawn = tests::scheme::gaussian};
    BOOST_CHECK_EXCEPTION(
        (void)solver::flow_sensitivities(tests::model_of(moments, arch, drawn), {}),
        data::input_error, tests::says("scheme: the reduced flow needs a balanced scheme"));
    BOOST_CHECK_EXCEPTION(
        (void)solver::flow_sensitivities(tests::model_of(moments, arch, {}), {.rtol = 1}),
        data::input_error, tests::says("rtol: need 1e-14 <= rtol <= 0.1, got 1"));
}

BOOST_AUTO_TEST_SUITE_END()
