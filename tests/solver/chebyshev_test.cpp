#include <Eigen/Eigenvalues>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>

#include "fusionflow/solver/flows/network_flow.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/steps/spectral_radius.hpp"
#include "fusionflow/solver/steps/step_method.hpp"
#include "tests/solver/known_flows.hpp"
#include "tests/solver/walk.hpp"
#include "tests/support/models.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using solver::state;
using tests::decaying_pair;

// Order, error estimate and interpolation are tested with those of the others: step_method_test.
BOOST_AUTO_TEST_SUITE(chebyshev)

namespace {

constexpr double tolerance = 1e-3;  // loose enough for 250 stages

/// What a step of length 1 does to a part that decays at rate `slow` where the largest rate is
/// `fast`, and in how many stages.
struct multiplied {
    double by = 0;
    int stages = 0;
};

multiplied one_step(double slow, double fast) {
    decaying_pair system(slow, fast);
    long evaluations = 0;
    const auto method = solver::make_chebyshev(system, evaluations);
    const state x = system.initial();
    state dxdt(x.size());
    system.derivative(x, dxdt);
    // The first attempt also estimates the radius.
    BOOST_TEST_REQUIRE(method->attempt(x, dxdt, 1, {&system, 0, tolerance}));
    const long before = evaluations;
    BOOST_TEST_REQUIRE(method->attempt(x, dxdt, 1, {&system, 0, tolerance}));
    const state& end = method->next();
    return {(end[0] + end[1]) / 2, static_cast<int>(evaluations - before)};
}

/// The method's stability function a + b T_s(w_0 + w_1 z) by cosines, without recurrences.
class stability_function {
public:
    explicit stability_function(int stages)
        : stages_(stages), w0_(1 + 2.0 / 13 / (stages_ * stages_)) {
        const double angle = std::acosh(w0_);
        at_w0_ = std::cosh(stages_ * angle);
        const double slope = stages_ * std::sinh(stages_ * angle) / std::sinh(angle);
        const double bend = (stages_ * stages_ * at_w0_ - w0_ * slope) / (w0_ * w0_ - 1);
        w1_ = slope / bend;
        b_ = bend / (slope * slope);
    }
    [[nodiscard]] double operator()(double z) const {
        const double w = w0_ + w1_ * z;
        const double size = std::abs(w);
        const double t =
            size <= 1 ? std::cos(stages_ * std::acos(size)) : std::cosh(stages_ * std::acosh(size));
        const bool odd = std::fmod(stages_, 2) == 1;
        return 1 - b_ * at_w0_ + b_ * (w < 0 && odd ? -t : t);
    }
    /// Where |T_s| begins to be at most 1.
    [[nodiscard]] double first_damped() const { return (1 - w0_) / w1_; }

private:
    double stages_;
    double w0_;
    double at_w0_ = 0;
    double w1_ = 0;
    double b_ = 0;
};

/// Largest |eigenvalue| of the Jacobian, by central differences and all eigenvalues.
double radius_by_eigenvalues(solver::flow& system, const state& x) {
    const auto size = static_cast<Eigen::Index>(x.size());
    constexpr double step = 1e-6;
    Eigen::MatrixXd jacobian(size, size);
    state there = x;
    state ahead(x.size());
    state behind(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        there[i] = x[i] + step;
        system.derivative(there, ahead);
        there[i] = x[i] - step;
        system.derivative(there, behind);
        there[i] = x[i];
        for (std::size_t j = 0; j < x.size(); ++j) {
            jacobian(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) =
                (ahead[j] - behind[j]) / (2 * step);
        }
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(jacobian);
    return solver.eigenvalues().cwiseAbs().maxCoeff();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_step_multiplies_by_the_stability_function) {
    for (const double fast : {0.5, 2.0, 30.0, 1e3, 3e4}) {
        for (const double part : {1e-3, 0.1, 0.37, 0.8, 0.99}) {
            const multiplied found = one_step(part * fast, fast);
            const stability_function expected(found.stages);
            // Rounding errors of stages of size 1 and speeds of size fast grow as s^2.
            const double rounding = 1e-14 * found.stages * found.stages;
            BOOST_TEST_CONTEXT("rates " << part * fast << ", " << fast) {
                BOOST_TEST(std::abs(found.by - expected(-part * fast)) < rounding);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(stages_are_as_many_as_the_radius_asks_for) {
    BOOST_TEST(one_step(0, 1e-3).stages == 2);
    for (const double fast : {11.0, 1.1e3, 2.9e4}) {
        // s^2 - 1 = 1.54 h radius, a fifth more; the next whole number.
        const double wanted = std::sqrt(1 + 1.54 * 1.2 * fast);
        const int stages = one_step(0, fast).stages;
        BOOST_TEST(stages >= std::floor(0.99 * wanted));  // the estimate is within 1 % here
        BOOST_TEST(stages <= std::ceil(wanted));
    }
}

BOOST_AUTO_TEST_CASE(the_stability_function_is_bounded_on_the_interval_that_is_claimed) {
    for (const int stages : {2, 3, 4, 5, 8, 13, 40, 101, 250}) {
        const stability_function by(stages);
        const double interval = (double{1} * stages * stages - 1) / 1.54;
        constexpr int places = 20'000;
        double largest = 0;
        double largest_damped = 0;
        for (int i = 1; i <= places; ++i) {
            const double z = -interval * i / places;
            largest = std::max(largest, std::abs(by(z)));
            if (z < by.first_damped()) {
                largest_damped = std::max(largest_damped, std::abs(by(z)));
            }
        }
        BOOST_TEST_CONTEXT(stages << " stages") {
            BOOST_TEST(largest <= 1);
            // 1 - b (T_s(w_0) - 1), with b = 1/4 ... 1/3 and 2/13 under the bracket to first order.
            BOOST_TEST(largest_damped < 0.97);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_stiff_gradient_flow_takes_a_small_part_of_the_evaluations_of_dopri5) {
    constexpr double rtol = 1e-6;
    const auto evaluations_of = [](tests::method_factory make) {
        decaying_pair system(1, 1e6);
        long evaluations = 0;
        const auto method = make(system, evaluations);
        state last = system.initial();
        double time = 0;
        tests::walk(
            system, *method, rtol, 1e-7,
            [&](const state&, double clock) {
                time = clock;
                return clock >= 1;
            },
            [&](const state& x) { last = x; });
        BOOST_TEST_REQUIRE(time >= 1);
        // Both have half the fast part left at most 1e-6 of a unit of time, then only errors.
        BOOST_TEST(std::abs((last[0] + last[1]) / 2 - std::exp(-time)) < 10 * rtol);
        BOOST_TEST(std::abs(last[0] - last[1]) / 2 < 10 * rtol);
        return evaluations;
    };
    // Stability: 6 evaluations per 3.3e-6 of a unit of time against 250 per (250^2 / 1.54) 1e-6 or,
    // where accuracy limits these steps, some fewer: 100 times.
    const long chebyshev = evaluations_of(solver::make_chebyshev);
    const long switching = evaluations_of([](solver::ode& f, long& count) {
        static std::unique_ptr<tests::without_jacobian> blind;
        blind = std::make_unique<tests::without_jacobian>(static_cast<solver::flow&>(f));
        return solver::make_switching(*blind, count);
    });
    const long dopri5 = evaluations_of(solver::make_dopri5);
    BOOST_TEST(20 * chebyshev < dopri5);
    BOOST_TEST(20 * switching < dopri5);
}

BOOST_AUTO_TEST_CASE(the_radius_is_that_of_the_jacobian) {
    for (const unsigned seed : {1U, 2U, 3U}) {
        const auto moments = tests::random_moments({3, 2}, seed);
        const solver::network_shape shape(moments, theory::architecture::fused(3, 2, 2), 4);
        const auto x = solver::draw_weights(
            shape, moments, {.u0 = 0.5, .drawn = tests::scheme::gaussian, .width = 4}, seed);
        solver::network_flow system(shape, moments, x, false);
        const double exact = radius_by_eigenvalues(system, x);
        long evaluations = 0;
        solver::spectral_radius radius(system, evaluations);
        state dxdt(x.size());
        system.derivative(x, dxdt);
        // It ends where a product changes it by 1 %, early where eigenvalues lie close, but not
        // lower than the method's margin makes up for.
        const double first = radius(x, dxdt);
        BOOST_TEST(first > exact / 1.2);
        double last = 0;
        for (int i = 0; i < 10; ++i) {
            last = radius(x, dxdt);
        }
        // Symmetric: never more, but for the differences (1e-8) and those of the reference (1e-9).
        BOOST_TEST(first < exact * (1 + 1e-6));
        BOOST_TEST(last < exact * (1 + 1e-6));
        BOOST_TEST(last > exact / 1.2);
        BOOST_TEST(evaluations < 11 * 50);
    }
}

BOOST_AUTO_TEST_CASE(a_flow_without_a_rate_has_a_radius_of_zero) {
    tests::wall system(0.5, 1);
    long evaluations = 0;
    solver::spectral_radius radius(system, evaluations);
    state dxdt(2);
    system.derivative(system.initial(), dxdt);
    BOOST_TEST(radius(system.initial(), dxdt) == 0);
    tests::wall beyond(-1, std::nan(""));
    solver::spectral_radius none(beyond, evaluations);
    BOOST_TEST(!std::isfinite(none(beyond.initial(), {1, 0})));
}

BOOST_AUTO_TEST_SUITE_END()
