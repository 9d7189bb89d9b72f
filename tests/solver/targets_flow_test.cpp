// The flow of balanced networks of several targets.
#include "fusionflow/solver/flows/targets_flow.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/theory/race/race.hpp"
#include "tests/support/architectures.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::architectures;
using tests::relative;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(targets_flow)

namespace {

solver::run_options accurate() {
    solver::run_options options;
    options.rtol = 1e-10;
    return options;
}

// Two scalar modalities and two targets: B waits while A is learned, and turns.
data::moments two_scalars() {
    const Eigen::Matrix2d covariance{{1, 0.6}, {0.6, 1}};
    const Eigen::Matrix2d correlation{{1.4, 0.2}, {0.3, 0.5}};
    return data::moments::of_targets({"A", "B"}, {1, 1}, covariance, correlation, 2.85);
}

void follows_the_network(const data::moments& moments, const architecture& arch,
                         const theory::initialisation& init) {
    const auto flow = tests::integrate(moments, arch, init, accurate());
    tests::network_options options;
    options.method = solver::training_method::gradient_flow;
    options.flow.rtol = 1e-10;
    const auto network = tests::simulate(moments, arch, init, options);
    BOOST_TEST_CONTEXT(arch.branch(0) << arch.branch(1) << " + " << arch.shared()) {
        BOOST_TEST((flow.ended == theory::outcome::learned));
        for (std::size_t m = 0; m < flow.times.size(); ++m) {
            BOOST_TEST(relative(flow.times[m], network.times[m]) < 1e-6);
        }
    }
}

Eigen::Map<const Eigen::MatrixXd> numbers(const solver::state& x, Eigen::Index at,
                                          Eigen::Index rows, Eigen::Index cols) {
    return {x.data() + at, rows, cols};
}

double from_orthonormal(const Eigen::MatrixXd& columns) {
    return (columns.transpose() * columns -
            Eigen::MatrixXd::Identity(columns.cols(), columns.cols()))
        .norm();
}

}  // namespace

// A matrix of one row is a vector: times agree to what both integrations are worth, their rtol
// added up over the growth of a few orders of magnitude.
BOOST_AUTO_TEST_CASE(one_target_is_the_reduced_flow) {
    const auto moments = tests::random_moments({3, 2}, 5);
    const theory::initialisation init{.u0 = 0.05};
    for (const architecture& arch : architectures()) {
        solver::targets_flow system(moments, arch, init);
        const auto several = solver::run_flow(
            system, moments, arch, theory::race_saddles(moments, arch, init), accurate());
        const auto one = tests::integrate(moments, arch, init, accurate());
        for (std::size_t m = 0; m < 2; ++m) {
            BOOST_TEST_CONTEXT(arch.branch(0) << arch.branch(1) << " + " << arch.shared()) {
                BOOST_TEST(relative(several.times[m], one.times[m]) < 1e-7);
            }
        }
    }
}

// The full network knows nothing of singular values: gradients of its layers only. Tall and wide
// modalities, more targets than inputs and fewer.
BOOST_AUTO_TEST_CASE(balanced_networks_follow_it) {
    for (const std::vector<int>& dims : {std::vector<int>{4, 2}, std::vector<int>{5, 6}}) {
        const auto moments = tests::random_moments(dims, 8, 3);
        const theory::initialisation init{.u0 = 0.1, .width = 7};
        for (const architecture& arch : architectures()) {
            follows_the_network(moments, arch, init);
        }
    }
}

// The path of a network whose modes wait beside others that are learned, 1e-2 beside 1.
BOOST_AUTO_TEST_CASE(balanced_networks_follow_it_through_plateaus) {
    const auto moments = tests::random_moments({2, 2}, 3, 2);
    for (const architecture& arch : {architecture({3, 3}, 0), architecture({2, 2}, 1)}) {
        follows_the_network(moments, arch, {.u0 = 0.02, .width = 4});
    }
}

// All singular values of s_m are the same, and what is learned first tells them apart.
BOOST_AUTO_TEST_CASE(balanced_networks_follow_it_from_tied_singular_values) {
    Eigen::Matrix4d covariance = Eigen::Matrix4d::Constant(0.3);
    covariance.diagonal().setOnes();
    Eigen::MatrixXd correlation(2, 4);
    correlation << 1, 0, 0.5, 0, 0, 1, 0, 0.5;
    const auto moments = data::moments::of_targets({"A", "B"}, {2, 2}, covariance, correlation, 10);
    for (const architecture& arch : architectures()) {
        follows_the_network(moments, arch, {.u0 = 0.1, .width = 4});
    }
}

// Two modes that know nothing of each other, the second of which is learned later and becomes the
// larger one: each goes its own way, that of one target, also where their sizes are the same.
BOOST_AUTO_TEST_CASE(modes_pass_each_other) {
    const Eigen::Matrix2d covariance{{4, 0}, {0, 0.5}};
    const Eigen::Matrix2d correlation{{4, 0}, {0, 1}};
    const auto both = data::moments::of_targets({"A"}, {2}, covariance, correlation, 10);
    const architecture arch({3}, 0);
    const theory::initialisation init{.u0 = 0.05};
    for (const double time : {4.0, 16.0, 19.0, 20.0, 40.0}) {
        solver::run_options options = accurate();
        options.max_time = time;
        options.record = true;  // goes on beyond the half-height
        options.tail = 10;
        const auto flow = tests::integrate(both, arch, init, options);
        BOOST_TEST(flow.time_final == time);
        for (const int k : {0, 1}) {
            const data::moments alone({"A"}, {1}, covariance.block(k, k, 1, 1),
                                      correlation.block(k, k, 1, 1).reshaped(), 10);
            options.tail = 100;
            const auto one = tests::integrate(alone, arch, init, options);
            BOOST_TEST(one.time_final == time);
            // A hundred steps of 1e-10 of ln W each, times ten e-foldings.
            BOOST_TEST(relative(flow.weights_final(3 * k), one.weights_final(0)) < 1e-7);
        }
    }
}

// Frames stay orthonormal, and C^T C - sum_m A_m A_m^T = c: the p_i are the row norms of all
// A_m (and c) in the frame in which C^T C is diagonal, so rows are orthogonal.
BOOST_AUTO_TEST_CASE(balance_is_conserved) {
    const auto moments = tests::random_moments({4, 2}, 8, 3);
    for (const double u0 : {0.1, 1e-3}) {
        const theory::initialisation init{.u0 = u0, .trunk_excess = 2 * u0 * u0};
        const architecture arch({3, 3}, 2);
        solver::targets_flow system(moments, arch, init);
        const auto [run, last, none] = solver::follow_flow(system, moments, arch, {}, accurate());
        BOOST_TEST((run.ended == theory::outcome::learned));
        // z (3), U (3 x 3), V (4 x 3) of A; z (2), U (3 x 2), V (2 x 2) of B; S (3 x 3).
        const Eigen::VectorXd a = -numbers(last, 0, 3, 1).cwiseInverse();
        const Eigen::VectorXd b = -numbers(last, 24, 2, 1).cwiseInverse();
        const Eigen::MatrixXd left_a = numbers(last, 3, 3, 3);
        const Eigen::MatrixXd left_b = numbers(last, 26, 3, 2);
        Eigen::MatrixXd square = (left_a * a.cwiseAbs2().asDiagonal() * left_a.transpose() +
                                  left_b * b.cwiseAbs2().asDiagonal() * left_b.transpose());
        square.diagonal().array() += init.trunk_excess;
        const Eigen::VectorXd p = square.diagonal().cwiseSqrt().cwiseInverse();
        // rtol 1e-10 a step, a few hundred steps.
        BOOST_TEST((p.asDiagonal() * square * p.asDiagonal() - Eigen::Matrix3d::Identity()).norm() <
                   1e-7);
        BOOST_TEST(from_orthonormal(left_a) < 1e-7);
        BOOST_TEST(from_orthonormal(left_b) < 1e-7);
        BOOST_TEST(from_orthonormal(numbers(last, 12, 4, 3)) < 1e-7);
        BOOST_TEST(from_orthonormal(numbers(last, 32, 2, 2)) < 1e-7);
        BOOST_TEST(from_orthonormal(numbers(last, 36, 3, 3)) < 1e-7);
    }
}

BOOST_AUTO_TEST_CASE(jacobian_is_that_of_the_derivative) {
    // Central differences of step 1e-6: 1e-12 of the third derivative, and rounding 1e-10 of terms.
    const auto moments = tests::random_moments({3, 2}, 4, 2);
    for (const architecture& arch : architectures()) {
        solver::targets_flow system(moments, arch, {.u0 = 0.3});
        solver::state x = system.initial();
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] += 0.05 * std::sin(3.0 * static_cast<double>(i));  // singular values apart
        }
        Eigen::MatrixXd j;
        system.jacobian(x, j);
        solver::state up(x.size());
        solver::state down(x.size());
        for (Eigen::Index i = 0; i < j.cols(); ++i) {
            const auto at = static_cast<std::size_t>(i);
            const double kept = x[at];
            x[at] = kept + 1e-6;
            system.derivative(x, up);
            x[at] = kept - 1e-6;
            system.derivative(x, down);
            x[at] = kept;
            for (Eigen::Index k = 0; k < j.rows(); ++k) {
                const auto of = static_cast<std::size_t>(k);
                const double slope = (up[of] - down[of]) / 2e-6;
                BOOST_TEST(std::abs(j(k, i) - slope) < 1e-7 * (1 + j.col(i).norm()));
            }
        }
    }
}

// At u0 = 1e-12 the plateau is 1e20 times as long as at 1e-2.
BOOST_AUTO_TEST_CASE(steps_do_not_grow_with_the_plateau) {
    const auto moments = two_scalars();
    const auto steps = [&](int depth, int fusion, double u0, solver::stepper method) {
        const auto run = tests::integrate(moments, architecture::fused(depth, fusion, 2),
                                          {.u0 = u0}, {.rtol = 1e-9, .method = method});
        BOOST_TEST((run.ended == theory::outcome::learned));
        return run.work.steps;
    };
    for (const int depth : {3, 4}) {
        for (int fusion = 1; fusion <= depth; ++fusion) {
            // A trunk's later phases have no potential that falls in a straight line: steps grow as
            // ln(1/u0) there, which is six times as much.
            const long most = fusion == depth ? 2 : 3;
            const long near = steps(depth, fusion, 1e-2, solver::stepper::radau);
            for (const double u0 : {1e-3, 1e-5, 1e-8, 1e-12}) {
                const long far = steps(depth, fusion, u0, solver::stepper::radau);
                BOOST_TEST(far <= most * near, "L " << depth << " L_f " << fusion << " u0 " << u0
                                                    << ": " << far << " against " << near);
            }
            BOOST_TEST(steps(depth, fusion, 1e-12, solver::stepper::automatic) <= 1200);
        }
    }
}

// Branches of three and five layers before a trunk: the clock runs to 1e17, and rounding of what is
// learned, times that, must neither shorten steps nor turn what waits. It took more than 20,000.
BOOST_AUTO_TEST_CASE(rounding_of_what_is_learned_does_not_shorten_steps) {
    const auto moments = tests::random_moments({5, 4, 1, 1}, 3, 2);
    const auto run = tests::integrate(moments, architecture({3, 5, 5, 3}, 1), {.u0 = 1e-6},
                                      {.rtol = 1e-9, .max_steps = 2000});
    BOOST_TEST((run.ended == theory::outcome::learned));
}

// A turning weight: with u sin(theta) conserved, what is left of its potential takes longer by
// theta / sin(theta) (n = 3) or 2 / (1 + cos(theta)) (n = 4). What the limit leaves out falls as
// u0^(n-2); at 1e-12 it is rounding, and the flow's error ten times its rtol.
BOOST_AUTO_TEST_CASE(a_waiting_modality_turns_as_the_closed_form_says) {
    const Eigen::Vector2d a(1.4, 0.3);
    const Eigen::Vector2d b(0.2, 0.5);
    const Eigen::Vector2d later = b - 0.6 * a;
    const double cosine = b.dot(later) / (b.norm() * later.norm());
    const double wait = (a.norm() - b.norm()) / later.norm();
    const double turned3 = std::acos(cosine) / std::sqrt(1 - cosine * cosine);
    const double turned4 = 2 / (1 + cosine);
    for (const auto& [depth, factor] : {std::pair{3, turned3}, {4, turned4}}) {
        const auto run = tests::integrate(two_scalars(), architecture::fused(depth, depth, 2),
                                          {.u0 = 1e-12}, {.rtol = 1e-9});
        BOOST_TEST(relative(run.time_ratio(), 1 + wait * factor) < 1e-8);
    }
}

// Fused at the second of four layers the first phase lasts 3e23 and the wait for the other modality
// 20: it grows as ln(1/u0), by the same from 1e-4 to 1e-8 as from there to 1e-12, but for what is
// left of u0 = 1e-4.
BOOST_AUTO_TEST_CASE(a_short_phase_after_a_long_one_is_not_lost) {
    const auto wait = [](double u0) {
        const auto run = tests::integrate(two_scalars(), architecture::fused(4, 2, 2), {.u0 = u0},
                                          {.rtol = 1e-11});
        BOOST_TEST(run.order() == (std::vector<int>{1, 2}), boost::test_tools::per_element());
        return run.phases.at(1).duration;
    };
    const double middle = wait(1e-8);
    BOOST_TEST(relative(wait(1e-12) - middle, middle - wait(1e-4)) < 1e-5);
}

// Three modalities, two inputs or three each: modes of one modality of which one is learned and
// another waits at u0. Errors do not depend on the tolerance by more than it, nor on the stepper.
BOOST_AUTO_TEST_CASE(modes_wait_beside_learned_ones) {
    const auto moments = tests::random_moments({2, 3, 3}, 1, 2);
    for (const architecture& arch : {architecture({3, 3, 3}, 0), architecture({2, 2, 2}, 2)}) {
        for (const double u0 : {1e-3, 1e-8}) {
            const auto loose =
                tests::integrate(moments, arch, {.u0 = u0}, {.rtol = 1e-7, .max_steps = 2000});
            const auto tight = tests::integrate(
                moments, arch, {.u0 = u0},
                {.rtol = 1e-10, .method = solver::stepper::radau, .max_steps = 2000});
            BOOST_TEST((loose.ended == theory::outcome::learned));
            BOOST_TEST((tight.ended == theory::outcome::learned));
            for (std::size_t m = 0; m < 3; ++m) {
                BOOST_TEST(relative(loose.times[m], tight.times[m]) < 1e-6);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(needs_balanced_weights_and_room_for_targets) {
    const auto moments = tests::random_moments({4, 2}, 8, 3);
    const auto arch = architecture::fused(2, 2, 2);
    theory::initialisation init{.u0 = 0.1, .drawn = tests::scheme::gaussian};
    BOOST_CHECK_EXCEPTION(solver::targets_flow(moments, arch, init), data::input_error,
                          tests::says("scheme: the reduced flow needs a balanced scheme"));
    init = {.u0 = 0.1, .width = 2};
    BOOST_CHECK_EXCEPTION(
        tests::simulate(moments, arch, init, {}), data::input_error,
        tests::says("width: balanced networks of 3 targets need at least as many units in "
                    "a layer, got 2"));
}

BOOST_AUTO_TEST_SUITE_END()
