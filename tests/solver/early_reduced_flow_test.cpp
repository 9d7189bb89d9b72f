#include "fusionflow/solver/flows/early_reduced_flow.hpp"

#include <boost/math/quadrature/tanh_sinh.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/solver/flows/reduced_flow.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/theory/race/race.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"

// Early fusion in the eigenvectors of the covariance, where inputs of hardly any variance of their
// own keep their digits.

using namespace fusionflow;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(early_reduced_flow)

namespace {

// Toy data, 1 - rho = q, without the rounding of 1 - rho^2.
struct slow_pair {
    double ratio;
    double q;
};

// When |W_B| of the weak modality, of two layers, is half of 1 where A's variance or their
// correlation make one direction infinitely fast. With W = a v_f + z v_s on the eigenvectors, a at
// its end and z* its own end,
//
//     dz/dt = lambda_s (z* - z) (r + z^2 (1 - a^2 / (2 a^2 + z^2)) / r),   r^2 = a^2 + z^2:
//
// balanced weights of two layers move as dW/dt = |W| E + (W . E) W / |W|, and E_f is what keeps a.
double slow_time(const slow_pair& pair) {
    const double variance = pair.ratio * pair.ratio;
    const double shared = pair.ratio * (1 - pair.q);
    // Eigenvalues of ((k^2, k rho), (k rho, 1)); the small one from the determinant.
    const double mean = (variance + 1) / 2;
    const double fast = mean + std::hypot((variance - 1) / 2, shared);
    const double slow = variance * pair.q * (2 - pair.q) / fast;
    // (shared, fast - k^2) and its normal; fast - k^2 = shared^2 / (fast - 1).
    const double below = shared * shared / (fast - 1);
    const double length = std::hypot(shared, below);
    const double fast_a = shared / length;
    const double fast_b = below / length;
    const double slow_a = -fast_b;
    const double slow_b = fast_a;
    const double a = fast_a + fast_b;     // of W* = (1, 1)
    const double goal = slow_a + slow_b;  // z*
    const double half = (0.5 - a * fast_b) / slow_b;
    const auto slowness = [&](double z) {
        const double r = std::hypot(a, z);
        return 1 / (slow * (goal - z) * (r + z * z * (1 - a * a / (2 * a * a + z * z)) / r));
    };
    return boost::math::quadrature::tanh_sinh<double>().integrate(slowness, 0.0, half, 1e-12);
}

}  // namespace

// Two methods for the same equations: both err by at most 10 rtol.
BOOST_AUTO_TEST_CASE(ordinary_models_are_as_in_the_inputs_themselves) {
    for (const int depth : {2, 3, 5}) {
        for (const auto& moments : {tests::toy(0.5, 2), tests::random_moments({2, 1, 3}, 4)}) {
            const auto arch = architecture::fused(depth, 1, moments.count());
            const theory::initialisation init{.u0 = 0.01};
            const auto saddles = theory::race_saddles(moments, arch, init);
            const solver::run_options options{.rtol = 1e-11};
            solver::reduced_flow plain(moments, arch, init);
            solver::early_reduced_flow modes(moments, arch, init);
            const auto a = solver::run_flow(plain, moments, arch, saddles, options);
            const auto b = solver::run_flow(modes, moments, arch, saddles, options);
            BOOST_TEST((a.ended == b.ended));
            for (std::size_t m = 0; m < a.times.size(); ++m) {
                BOOST_TEST(tests::relative(b.times[m], a.times[m]) < 2e-10);
            }
        }
    }
}

// What the fast direction leaves has its time, to u0 (what z begins with), the time that the fast
// one takes, and rtol.
BOOST_AUTO_TEST_CASE(slow_directions_keep_their_time_however_slow) {
    const auto arch = architecture::fused(2, 1, 2);
    for (const slow_pair& pair :
         {slow_pair{1e2, 0.5}, slow_pair{1e4, 0.5}, slow_pair{1e2, 1e-4}, slow_pair{1e4, 1e-4},
          slow_pair{1e2, 1e-7}, slow_pair{1e4, 1e-7}, slow_pair{1e2, 1e-10}}) {
        BOOST_TEST_CONTEXT("kappa " << pair.ratio << ", 1 - rho " << pair.q) {
            const auto run = tests::integrate(tests::toy(1 - pair.q, pair.ratio), arch,
                                              {.u0 = 1e-6}, {.max_steps = 2000});
            BOOST_TEST((run.ended == theory::outcome::learned));
            // Rounding of the moments changes 1 - rho^2 by some 1e-16 of 1, and s_B by 1e-16 kappa
            // of the q that it is for B to tell.
            const double rounding = 4e-16 * (1 + pair.ratio) / pair.q;
            const double first = 4 * run.times[0] / run.times[1];
            BOOST_TEST(first < 0.01);
            BOOST_TEST(tests::relative(run.times[1], slow_time(pair)) < 1e-5 + first + rounding);
        }
    }
}

BOOST_AUTO_TEST_CASE(jacobian_is_the_derivative) {
    const auto moments = tests::random_moments({2, 1}, 3);
    for (const int depth : {2, 4}) {
        solver::early_reduced_flow system(moments, architecture::fused(depth, 1, 2), {.u0 = 0.5});
        solver::state x = system.initial();
        x[0] += 0.3;
        x[2] -= 0.2;
        Eigen::MatrixXd j(3, 3);
        system.jacobian(x, j);
        solver::state up(4);
        solver::state down(4);
        for (int k = 0; k < 3; ++k) {
            constexpr double h = 1e-5;
            solver::state moved = x;
            moved[static_cast<std::size_t>(k)] += h;
            system.derivative(moved, up);
            moved[static_cast<std::size_t>(k)] -= 2 * h;
            system.derivative(moved, down);
            for (int i = 0; i < 3; ++i) {
                const auto at = static_cast<std::size_t>(i);
                // Central differences: h^2 and 1e-16 / h.
                BOOST_TEST(std::abs(j(i, k) - (up[at] - down[at]) / (2 * h)) < 1e-8);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
