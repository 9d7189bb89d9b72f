// Van der Pol's oscillator with a fast part that is a thousand times as fast, by Boost.Odeint.
#include <boost/numeric/odeint.hpp>
#include <iostream>

#include "fusionflow/solver/steps/odeint_steppers.hpp"

int main() {
    using state = std::vector<double>;
    constexpr double mu = 1000;
    const auto speed = [](const state& x, state& dxdt, double /*t*/) {
        dxdt[0] = x[1];
        dxdt[1] = mu * ((1 - x[0] * x[0]) * x[1] - x[0]);
    };
    const auto jacobian = [](const state& x, Eigen::MatrixXd& j, double /*t*/) {
        j(0, 1) = 1;
        j(1, 0) = mu * (-2 * x[0] * x[1] - 1);
        j(1, 1) = mu * (1 - x[0] * x[0]);
    };
    const fusionflow::solver::dense_radau<> stepper(1e-9, 1e-9);  // absolute, relative tolerance
    state x = {2, -0.66};
    boost::numeric::odeint::integrate_const(
        stepper, std::pair(speed, jacobian), x, 0.0, 2.0, 0.5,
        [](const state& at, double t) { std::cout << t << ' ' << at[0] << '\n'; });
}
