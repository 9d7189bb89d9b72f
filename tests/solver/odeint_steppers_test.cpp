#include "solver/odeint_steppers.hpp"

#include <array>
#include <boost/numeric/odeint.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "data/error.hpp"
#include "data/toy.hpp"
#include "solver/integrate.hpp"
#include "solver/reduced_flow.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
namespace odeint = boost::numeric::odeint;
using solver::state;

BOOST_AUTO_TEST_SUITE(odeint_steppers)

namespace {

template <class Stepper, class Tag>
constexpr bool is_a = std::is_same_v<typename Stepper::stepper_category, Tag>;
static_assert(is_a<solver::controlled_radau<>, odeint::controlled_stepper_tag>);
static_assert(is_a<solver::controlled_rkc<>, odeint::controlled_stepper_tag>);
static_assert(is_a<solver::dense_radau<>, odeint::dense_output_stepper_tag>);
static_assert(is_a<solver::dense_rkc<>, odeint::dense_output_stepper_tag>);

/// Follows cos t at a rate of 1e4: dx/dt = -1e4 (x - cos t) - sin t, and y counts its way, dy/dt =
/// x, y = sin t.
constexpr double stiffness = 1e4;

void follow(const state& x, state& dxdt, double t) {
    dxdt[0] = -stiffness * (x[0] - std::cos(t)) - std::sin(t);
    dxdt[1] = x[0];
}

void follow_jacobian(const state& /*x*/, Eigen::MatrixXd& j, double t, state& dfdt) {
    j(0, 0) = -stiffness;
    j(1, 0) = 1;
    dfdt[0] = -stiffness * std::sin(t) - std::cos(t);
}

/// The system as each of the two methods takes it.
template <class Stepper>
auto system_for() {
    if constexpr (requires(Stepper s) { s.is_radau(); }) {
        return 0;
    }
    if constexpr (std::is_same_v<Stepper, solver::controlled_radau<>> ||
                  std::is_same_v<Stepper, solver::dense_radau<>>) {
        return std::pair(follow, follow_jacobian);
    } else {
        return follow;
    }
}

struct watched {
    std::vector<double> times;
    double error = 0;  // largest

    void operator()(const state& x, double t) {
        times.push_back(t);
        error = std::max({error, std::abs(x[0] - std::cos(t)), std::abs(x[1] - std::sin(t))});
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE_END()
