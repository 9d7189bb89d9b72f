#include "fusionflow/solver/flows/chain_flow.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/theory/finite/width_law.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::gaussian;
using tests::relative;
using tests::says;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(chain_flow)

namespace {

std::vector<double> chain_times(const data::moments& moments, const architecture& arch,
                                const theory::initialisation& init) {
    const auto run = solver::run("chain", tests::model_of(moments, arch, init), {});
    BOOST_TEST((run.ended == theory::outcome::learned));
    return run.times;
}

// The largest relative difference of two sets of times.
double apart(const std::vector<double>& a, const std::vector<double>& b) {
    double largest = 0;
    for (std::size_t m = 0; m < a.size(); ++m) {
        largest = std::max(largest, relative(a[m], b[m]));
    }
    return largest;
}

}  // namespace

BOOST_AUTO_TEST_CASE(balanced_chains_are_the_reduced_flow) {
    // Two integrations at a relative error of 1e-9 per step, some hundred steps each.
    constexpr double integration = 1e-6;
    const auto moments = tests::three_scalars();
    for (int depth = 2; depth <= 5; ++depth) {
        for (int fusion = 1; fusion <= depth; ++fusion) {
            const auto arch = architecture::fused(depth, fusion, 3);
            const theory::initialisation init{.u0 = 0.2};
            BOOST_TEST(apart(chain_times(moments, arch, init),
                             tests::integrate(moments, arch, init, {}).times) < integration,
                       "L = " << depth << ", L_f = " << fusion);
        }
    }
    const auto vectors = tests::random_moments({2, 3, 1}, 8);
    const architecture unequal({2, 3, 4}, 2);
    const theory::initialisation init{.branch_norms = {0.2, 0.3, 0.4}, .trunk_excess = 0.1};
    BOOST_TEST(apart(chain_times(vectors, unequal, init),
                     tests::integrate(vectors, unequal, init, {}).times) < integration);
}

BOOST_AUTO_TEST_CASE(jacobian_is_the_slope_of_the_derivative) {
    const auto moments = tests::random_moments({2, 1}, 3);
    const architecture arch({4, 2}, 3);
    auto start = theory::aligned_start(moments, arch, {.u0 = 0.7}).weights;
    start.branches[0] = {0.4, 0.0, -0.6};  // a zero and a sign among them
    solver::chain_flow flow(moments, start, false);
    solver::state x = flow.initial();
    solver::state up(x.size());
    solver::state down(x.size());
    Eigen::MatrixXd jacobian;
    flow.jacobian(x, jacobian);
    const double h = 1e-5;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        const double at = x[i];
        x[i] = at + h;
        flow.derivative(x, up);
        x[i] = at - h;
        flow.derivative(x, down);
        x[i] = at;
        for (std::size_t j = 0; j + 1 < x.size(); ++j) {
            // Central differences: h^2 of third derivatives of order 1.
            BOOST_TEST(std::abs((up[j] - down[j]) / (2 * h) -
                                jacobian(static_cast<Eigen::Index>(j),
                                         static_cast<Eigen::Index>(i))) < 1e-8);
        }
    }
}

BOOST_AUTO_TEST_CASE(gaussian_chains_follow_the_width_law_for_small_initial_weights) {
    const auto moments = tests::three_scalars();
    for (const auto& arch :
         {architecture::fused(3, 3, 3), architecture::fused(3, 2, 3), architecture::fused(4, 4, 3),
          architecture::fused(4, 3, 3), architecture::fused(4, 2, 3), architecture::fused(5, 5, 3),
          architecture::fused(5, 2, 3), architecture({3, 4, 3}, 1)}) {
        const auto init = gaussian(0.003, 1'000'000);
        const auto law = theory::width_law(moments, arch, init).answer;
        const auto flow = chain_times(moments, arch, init);
        // The first phase: what is left out lasts order 1 on order 1/u0; later ones: order u0, or
        // 1/ln(1/u0) of a phase that is short against the first where branches have two layers.
        BOOST_TEST(apart(flow, law.times) < 0.01,
                   "branch " << arch.branch(0) << ", shared " << arch.shared());
    }
}

BOOST_AUTO_TEST_CASE(early_fusion_follows_the_law_but_for_the_relaxation_at_its_end) {
    const auto moments = tests::three_scalars();
    for (const int depth : {3, 4, 5}) {
        const auto arch = architecture::fused(depth, 1, 3);
        const auto init = gaussian(0.001, 1'000'000);
        // Order 1 on order 1/u0.
        BOOST_TEST(apart(chain_times(moments, arch, init),
                         theory::width_law(moments, arch, init).answer.times) < 0.01);
    }
}

BOOST_AUTO_TEST_CASE(tiny_small_layers_are_resolved) {
    // 0.05/sqrt(1e9): layers that start at 2e-6, after which stiff plateaus follow.
    const auto moments = tests::toy(0.5, 2);
    const auto times =
        chain_times(moments, architecture::fused(4, 4, 2), gaussian(0.05, 1000000000));
    BOOST_TEST(relative(times[0], std::log1p(2e9) / (2 * 5 * 0.0025)) < 1e-3);  // u0^2
    BOOST_TEST(relative(times[1] / times[0], 5) < 1e-3);
}

BOOST_AUTO_TEST_CASE(residuals_that_change_sign_take_their_modality_with_them) {
    // kappa = 3, rho = -0.9: B grows the wrong way until A is learned.
    const auto moments = tests::toy(-0.9, 3);
    for (const int depth : {3, 4, 5}) {
        const auto arch = architecture::fused(depth, depth, 2);
        const auto init = gaussian(0.01, 10'000);
        // Order u0 at three layers, where what is left out is largest.
        BOOST_TEST(apart(chain_times(moments, arch, init),
                         theory::width_law(moments, arch, init).answer.times) < 0.02,
                   "L = " << depth);
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_it_has_no_start_for) {
    const auto moments = tests::toy(0.5, 2);
    BOOST_CHECK_EXCEPTION(
        (void)solver::run("chain", tests::model_of(moments, {{3, 3}, 2}, gaussian(0.1, 100)), {}),
        data::input_error,
        says("scheme: no chain flow stands for gaussian networks here: small "
             "layers of all branches and of the trunk drive each other where "
             "branches of three layers or more meet a trunk of two or more"));
    auto start = theory::aligned_start(moments, {{2, 2}, 1}, {}).weights;
    start.trunk[0] = std::nan("");
    BOOST_CHECK_EXCEPTION(solver::chain_flow(moments, start, true), data::input_error,
                          says("init: the chain flow needs finite weights"));
    start.first.pop_back();
    BOOST_CHECK_EXCEPTION(
        solver::chain_flow(moments, start, true), data::input_error,
        says("moments: the initial weights of the chain flow do not fit the modalities of "
             "these moments"));
}

BOOST_AUTO_TEST_SUITE_END()
