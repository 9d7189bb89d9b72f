#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>

#include "solver/right_hand_side.hpp"
#include "solver/step_method.hpp"

namespace fusionflow::solver {

namespace {

/// Boost.Odeint's Dormand-Prince 5(4) with its interpolation of order 4.
class dopri5 final : public single_method {
public:
    dopri5(flow& system, long& evaluations)
        : single_method(system.initial().size()), rhs_{&system, &evaluations},
          estimate_(next_.size()), speed_there_(next_.size()) {}

    [[nodiscard]] std::string name() const override { return "dopri5"; }
    [[nodiscard]] double error_power() const override { return 5; }

    [[nodiscard]] bool attempt(const state& x, const state& dxdt, double h,
                               const error_gauge& gauge) override {
        x_ = &x;
        dxdt_ = &dxdt;
        h_ = h;
        stepper_.do_step(rhs_, x, dxdt, 0.0, next_, next_speed_, h, estimate_);
        error_ = gauge(next_, estimate_) / gauge.rtol;
        return std::isfinite(error_) && std::isfinite(gauge(next_, next_speed_));
    }

    void inside(double place, state& x) override {
        stepper_.calc_state(place, x, *x_, *dxdt_, 0.0, next_, next_speed_, h_);
    }

    void at(double place, const error_gauge& /*gauge*/, state& x) override {
        again_.do_step(rhs_, *x_, *dxdt_, 0.0, x, speed_there_, place);
    }

private:
    using stepper = boost::numeric::odeint::runge_kutta_dopri5<state>;

    right_hand_side rhs_;
    stepper stepper_;
    stepper again_;  // inside() needs what the step left in stepper_
    state estimate_;
    state speed_there_;
    const state* x_ = nullptr;
    const state* dxdt_ = nullptr;
    double h_ = 0;
};

}  // namespace

std::unique_ptr<step_method> make_dopri5(flow& system, long& evaluations) {
    return std::make_unique<dopri5>(system, evaluations);
}

}  // namespace fusionflow::solver
