#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>
#include <functional>
#include <utility>

#include "fusionflow/solver/flows/right_hand_side.hpp"
#include "fusionflow/solver/steps/step_method.hpp"

namespace fusionflow::solver {

namespace {

/// Notes where the last two stages are, which Odeint's stepper does not tell. They and their speeds
/// stay in place until the next step.
struct watched_right_hand_side {
    struct stage {
        const state* x = nullptr;
        const state* speed = nullptr;
    };
    right_hand_side rhs;
    stage last{};
    stage last_but_one{};

    void operator()(const state& x, state& dxdt, double t) {
        rhs(x, dxdt, t);
        last_but_one = std::exchange(last, stage{&x, &dxdt});
    }
};

/// Boost.Odeint's Dormand-Prince 5(4) with its interpolation of order 4.
class dopri5 final : public single_method {
public:
    dopri5(ode& system, long& evaluations)
        : single_method(system.size()), rhs_{{&system, &evaluations}}, estimate_(next_.size()),
          speed_there_(next_.size()) {}

    [[nodiscard]] std::string name() const override { return "dopri5"; }
    [[nodiscard]] double error_power() const override { return 5; }

    [[nodiscard]] bool attempt(const state& x, const state& dxdt, double h,
                               const error_gauge& gauge) override {
        x_ = &x;
        dxdt_ = &dxdt;
        h_ = h;
        stepper_.do_step(std::ref(rhs_), x, dxdt, 0.0, next_, next_speed_, h, estimate_);
        error_ = gauge(next_, estimate_) / gauge.rtol;
        return std::isfinite(error_) && std::isfinite(gauge(next_, next_speed_));
    }

    /// Found from the last two stages, both at the end of the step (Hairer and Wanner II, IV.2):
    /// |k_7 - k_6| / |g_7 - g_6|, at most the spectral radius where the Jacobian is symmetric.
    [[nodiscard]] double rate() const override;

    void inside(double place, state& x) override {
        stepper_.calc_state(place, x, *x_, *dxdt_, 0.0, next_, next_speed_, h_);
    }

    void at(double place, const error_gauge& /*gauge*/, state& x) override {
        again_.do_step(rhs_.rhs, *x_, *dxdt_, 0.0, x, speed_there_, place);
    }

private:
    using stepper = boost::numeric::odeint::runge_kutta_dopri5<state>;

    watched_right_hand_side rhs_;
    stepper stepper_;
    stepper again_;  // inside() needs what the step left in stepper_
    state estimate_;
    state speed_there_;
    const state* x_ = nullptr;
    const state* dxdt_ = nullptr;
    double h_ = 0;
};

double dopri5::rate() const {
    const auto& [x, speed] = rhs_.last_but_one;
    double apart = 0;
    double speeds_apart = 0;
    for (std::size_t i = 0; i < next_.size(); ++i) {
        const double of_stages = next_[i] - (*x)[i];
        const double of_speeds = next_speed_[i] - (*speed)[i];
        apart += of_stages * of_stages;
        speeds_apart += of_speeds * of_speeds;
    }
    // At rest both stages are the same: there is no rate to be seen.
    return apart > 0 ? std::sqrt(speeds_apart / apart) : 0;
}

}  // namespace

std::unique_ptr<step_method> make_dopri5(ode& system, long& evaluations) {
    return std::make_unique<dopri5>(system, evaluations);
}

}  // namespace fusionflow::solver
