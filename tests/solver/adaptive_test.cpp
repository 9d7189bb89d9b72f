#include "fusionflow/solver/steps/adaptive.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "tests/support/models.hpp"

using namespace fusionflow;
using theory::outcome;

BOOST_AUTO_TEST_SUITE(adaptive)

namespace {

// One scalar modality whose total weight is the state itself; the speed is given.
template <typename Speed>
class line : public solver::flow {
public:
    line(double start, Speed speed) : start_(start), speed_(speed) {}
    [[nodiscard]] solver::state initial() const override { return {start_}; }
    void derivative(const solver::state& x, solver::state& dxdt) override {
        dxdt[0] = speed_(x[0]);
    }
    [[nodiscard]] double relative_error(const solver::state& x,
                                        const solver::state& e) const override {
        return std::abs(e[0]) / std::max(std::abs(x[0]), 1.0);
    }
    void total_weights(const solver::state& x, Eigen::VectorXd& w) override { w(0) = x[0]; }
    void branch_norms(const solver::state& x, Eigen::VectorXd& u) const override { u(0) = x[0]; }

private:
    double start_;
    Speed speed_;
};

// Its weight stays below the half-height whatever the state does.
template <typename Speed>
class bounded_line final : public line<Speed> {
public:
    using line<Speed>::line;
    void total_weights(const solver::state& x, Eigen::VectorXd& w) override {
        w(0) = 0.4 * std::tanh(x[0]);
    }
};
template <typename Speed>
bounded_line(double, Speed) -> bounded_line<Speed>;

// y = x, sigma = 1: the half-height is 1/2.
const data::moments unit({"A"}, {1}, Eigen::MatrixXd::Ones(1, 1), Eigen::VectorXd::Ones(1), 1);
const auto one_layer = theory::architecture::fused(1, 1, 1);

template <typename Speed>
solver::answer run(double start, Speed speed, const solver::run_options& options) {
    line<Speed> system(start, speed);
    return solver::run_flow(system, unit, one_layer, {}, options);
}

}  // namespace

BOOST_AUTO_TEST_CASE(half_height_of_a_known_solution_converges_with_the_tolerance) {
    // dx/dt = 1 - x from 0: x = 1/2 at ln 2. Dense output is of order four, steps of order five.
    for (const double rtol : {1e-5, 1e-8, 1e-11}) {
        const auto result = run(0, [](double x) { return 1 - x; }, {.rtol = rtol});
        BOOST_TEST((result.ended == outcome::learned));
        BOOST_TEST(std::abs(result.times[0] - std::log(2.0)) < 20 * rtol);
    }
}

BOOST_AUTO_TEST_CASE(a_speed_that_is_not_a_number_at_the_start_is_named) {
    const auto result = run(0, [](double) { return std::nan(""); }, {});
    BOOST_TEST((result.ended == outcome::non_finite));
    BOOST_TEST(std::isnan(result.times[0]));
}

BOOST_AUTO_TEST_CASE(a_wall_of_nan_ends_in_rejections_or_a_tiny_step) {
    const auto result = run(0, [](double x) { return x < 0.25 ? 1.0 : std::nan(""); }, {});
    BOOST_TEST(
        (result.ended == outcome::repeated_rejections || result.ended == outcome::step_too_small));
    BOOST_TEST(result.weights_final(0) <= 0.25);
}

BOOST_AUTO_TEST_CASE(a_solution_that_blows_up_is_not_success) {
    // dx/dt = 1 + x^2: x = tan t is gone at pi/2; the weight read from it never reaches 1/2.
    bounded_line system(0, [](double x) { return 1 + x * x; });
    const auto result = solver::run_flow(system, unit, one_layer, {}, {.max_steps = 100000});
    BOOST_TEST(theory::is_failure(result.ended));
    BOOST_TEST(std::isnan(result.times[0]));
    BOOST_TEST(result.time_final < 1.6);
}

BOOST_AUTO_TEST_CASE(a_flow_that_never_gets_there_ends_at_its_limits) {
    const auto crawl = [](double x) { return 0.4 - x; };
    const auto time = run(0, crawl, {.max_time = 50});
    BOOST_TEST((time.ended == outcome::time_limit));
    BOOST_TEST(time.time_final == 50);
    const auto steps = run(0, crawl, {.max_steps = 30});
    BOOST_TEST((steps.ended == outcome::step_limit));
}

BOOST_AUTO_TEST_CASE(the_tail_goes_on_for_its_fraction_and_is_recorded) {
    const auto result = run(0, [](double x) { return 1 - x; }, {.record = true, .tail = 2});
    BOOST_TEST(result.time_final > 2.9 * std::log(2.0));
    BOOST_TEST(result.path.time.back() == result.time_final);
    BOOST_TEST(!result.path.partial);
}

BOOST_AUTO_TEST_CASE(progress_is_reported_and_states_are_handed_out) {
    long calls = 0;
    const auto stiff = [](double x) { return 1e4 * (0.49 - x); };
    (void)run(0, stiff,
              {.method = solver::stepper::dopri5,
               .max_time = 100,
               .progress = [&](long, double, int learned) { calls += 1 + learned; }});
    BOOST_TEST(calls > 10);
    line system(0, [](double x) { return 1 - x; });
    solver::state last;
    std::vector<solver::crossing> crossings;
    const auto result = solver::run_flow(system, unit, one_layer, {}, {}, &last, &crossings);
    BOOST_TEST(last[0] == result.weights_final(0));
    BOOST_TEST_REQUIRE(crossings.size() == 1U);
    BOOST_TEST(crossings[0].what.modality == 0);
    BOOST_TEST(crossings[0].what.saddle == data::modality_set{0}, boost::test_tools::per_element());
    // W goes to 1; half-heights are found to rtol/100.
    BOOST_TEST(std::abs(crossings[0].at[0] - 0.5) < 1e-11);
}

BOOST_AUTO_TEST_SUITE_END()
