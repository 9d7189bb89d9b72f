#include <array>
#include <boost/numeric/odeint/stepper/modified_midpoint.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_cash_karp54.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_fehlberg78.hpp>
#include <cmath>

#include "fusionflow/solver/flows/right_hand_side.hpp"
#include "fusionflow/solver/steps/step_method.hpp"

namespace fusionflow::solver {

namespace {

namespace odeint = boost::numeric::odeint;

/// A scheme that makes a step and its error estimate, as a step method. Inside a step it
/// interpolates by the polynomial of degree 5 through values and speeds at both ends and in the
/// middle, found by a step of half the length on first use. A cubic would misplace half-heights.
///
/// \tparam Scheme  `step(rhs, x, dxdt, next, h, estimate)`, `name` and `error_power`.
template <typename Scheme>
class explicit_method final : public single_method {
public:
    explicit_method(ode& system, long& evaluations)
        : single_method(system.size()), rhs_{&system, &evaluations}, scheme_(next_.size()),
          estimate_(next_.size()), middle_(next_.size()), middle_speed_(next_.size()) {}

    [[nodiscard]] std::string name() const override { return Scheme::name; }
    [[nodiscard]] double error_power() const override { return Scheme::error_power; }

    [[nodiscard]] bool attempt(const state& x, const state& dxdt, double h,
                               const error_gauge& gauge) override {
        x_ = &x;
        dxdt_ = &dxdt;
        h_ = h;
        has_middle_ = false;
        scheme_.step(rhs_, x, dxdt, next_, h, estimate_);
        rhs_(next_, next_speed_, 0);
        error_ = gauge(next_, estimate_) / gauge.rtol;
        return std::isfinite(error_) && std::isfinite(gauge(next_, next_speed_));
    }

    void inside(double place, state& x) override {
        if (!has_middle_) {
            scheme_.step(rhs_, *x_, *dxdt_, middle_, h_ / 2, estimate_);
            rhs_(middle_, middle_speed_, 0);
            has_middle_ = true;
        }
        const double s = place / h_;
        const double at_start = (1 - s) * (1 - 2 * s) * (1 - s) * (1 - 2 * s);
        const double at_middle = 16 * s * s * (1 - s) * (1 - s);
        const double at_end = s * (2 * s - 1) * s * (2 * s - 1);
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = at_start * ((1 + 6 * s) * (*x_)[i] + place * (*dxdt_)[i]) +
                   at_middle * (middle_[i] + (place - h_ / 2) * middle_speed_[i]) +
                   at_end * ((7 - 6 * s) * next_[i] + (place - h_) * next_speed_[i]);
        }
    }

    void at(double place, const error_gauge& /*gauge*/, state& x) override {
        scheme_.step(rhs_, *x_, *dxdt_, x, place, estimate_);
    }

private:
    right_hand_side rhs_;
    Scheme scheme_;
    state estimate_;
    state middle_, middle_speed_;
    bool has_middle_ = false;
    const state* x_ = nullptr;
    const state* dxdt_ = nullptr;
    double h_ = 0;
};

/// Boost.Odeint's Cash-Karp 5(4).
class cash_karp_scheme {
public:
    static constexpr const char* name = "cash-karp";
    static constexpr double error_power = 5;

    explicit cash_karp_scheme(std::size_t /*size*/) {}

    void step(right_hand_side& rhs, const state& x, const state& dxdt, state& next, double h,
              state& estimate) {
        stepper_.do_step(rhs, x, dxdt, 0.0, next, h, estimate);
    }

private:
    odeint::runge_kutta_cash_karp54<state> stepper_;
};

/// Boost.Odeint's Runge-Kutta-Fehlberg of order 8. The error is estimated by comparing two steps of
/// half the length with one of the whole: the method's own estimate, of order 7, is blind for
/// integrals, such as time, and where the speed hardly depends on the state, before a transition.
class fehlberg_scheme {
public:
    static constexpr const char* name = "fehlberg78";
    static constexpr double error_power = 9;

    explicit fehlberg_scheme(std::size_t size) : middle_(size), speed_(size), whole_(size) {}

    void step(right_hand_side& rhs, const state& x, const state& dxdt, state& next, double h,
              state& estimate) {
        // Short steps would allow 2^8 - 1 = 255, but long ones on the way to a transition behave
        // as of order 5: 2^5 - 1.
        constexpr double halved = 31;
        stepper_.do_step(rhs, x, dxdt, 0.0, whole_, h);
        stepper_.do_step(rhs, x, dxdt, 0.0, middle_, h / 2);
        rhs(middle_, speed_, 0);
        stepper_.do_step(rhs, middle_, speed_, 0.0, next, h / 2);
        for (std::size_t i = 0; i < x.size(); ++i) {
            estimate[i] = (next[i] - whole_[i]) / halved;
        }
    }

private:
    odeint::runge_kutta_fehlberg78<state> stepper_;
    state middle_, speed_, whole_;
};

/// The extrapolated midpoint rule of Gragg, Bulirsch and Stoer on Boost.Odeint's modified midpoint:
/// five refinements, order 10. The error estimate is the larger of its differences from the column
/// and from the row before, since long steps come near one of them by chance.
class bulirsch_stoer_scheme {
public:
    static constexpr const char* name = "bulirsch-stoer";
    static constexpr double error_power = 9;

    explicit bulirsch_stoer_scheme(std::size_t size) { table_.fill(state(size)); }

    void step(right_hand_side& rhs, const state& x, const state& dxdt, state& next, double h,
              state& estimate) {
        for (std::size_t k = 0; k < intervals.size(); ++k) {
            if (k + 1 == intervals.size()) {
                row_before_ = table_[k - 1];
            }
            midpoint_.set_steps(intervals[k]);
            midpoint_.do_step(rhs, x, dxdt, 0.0, next, h);
            extrapolate(k, next, estimate);
        }
        next = table_.back();
        for (std::size_t i = 0; i < next.size(); ++i) {
            const double of_rows = next[i] - row_before_[i];
            estimate[i] = std::abs(of_rows) > std::abs(estimate[i]) ? of_rows : estimate[i];
        }
    }

private:
    static constexpr std::array<unsigned short, 5> intervals{2, 4, 6, 8, 10};

    // Adds row k by Aitken-Neville in the squares of the step sizes; table_[j] holds column j of
    // the last row.
    void extrapolate(std::size_t k, const state& fresh, state& estimate) {
        state& newest = spare_;
        newest = fresh;
        for (std::size_t j = 0; j < k; ++j) {
            const double ratio = static_cast<double>(intervals[k]) / intervals[k - 1 - j];
            const double weight = 1 / (ratio * ratio - 1);
            for (std::size_t i = 0; i < newest.size(); ++i) {
                const double better = newest[i] + weight * (newest[i] - table_[j][i]);
                estimate[i] = better - newest[i];
                table_[j][i] = newest[i];
                newest[i] = better;
            }
        }
        table_[k] = newest;
    }

    odeint::modified_midpoint<state> midpoint_;
    std::array<state, intervals.size()> table_;
    state spare_, row_before_;
};

}  // namespace

std::unique_ptr<step_method> make_cash_karp(ode& system, long& evaluations) {
    return std::make_unique<explicit_method<cash_karp_scheme>>(system, evaluations);
}

std::unique_ptr<step_method> make_fehlberg78(ode& system, long& evaluations) {
    return std::make_unique<explicit_method<fehlberg_scheme>>(system, evaluations);
}

std::unique_ptr<step_method> make_bulirsch_stoer(ode& system, long& evaluations) {
    return std::make_unique<explicit_method<bulirsch_stoer_scheme>>(system, evaluations);
}

}  // namespace fusionflow::solver
