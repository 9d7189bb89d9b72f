#include <algorithm>
#include <cmath>

#include "fusionflow/solver/flows/right_hand_side.hpp"
#include "fusionflow/solver/steps/spectral_radius.hpp"
#include "fusionflow/solver/steps/step_method.hpp"

namespace fusionflow::solver {

namespace {

constexpr double damping = 2.0 / 13;
constexpr int most_stages = 250;
constexpr double margin = 1.2;  // the spectral radius is taken for this times its estimate
constexpr int steps_per_look = 25;
constexpr double chebyshev_rounding = 2e-15;  // least relative error of a step

/// T_j and its first two derivatives at w >= 1, from j = 0 on.
class chebyshev_terms {
public:
    explicit chebyshev_terms(double w) : w_(w), next_{w, 1, 0} {}

    void advance() {
        const term after{2 * w_ * next_.value - now_.value,
                         2 * (next_.value + w_ * next_.slope) - now_.slope,
                         2 * (2 * next_.slope + w_ * next_.bend) - now_.bend};
        now_ = next_;
        next_ = after;
    }
    [[nodiscard]] double value() const { return now_.value; }
    [[nodiscard]] double slope() const { return now_.slope; }
    [[nodiscard]] double bend() const { return now_.bend; }

private:
    struct term {
        double value, slope, bend;
    };
    double w_;
    term now_{1, 0, 0};
    term next_;
};

/// The damped second-order Runge-Kutta-Chebyshev method of Sommeijer, Shampine and Verwer (J.
/// Comput. Appl. Math. 88, 1998) with its error estimate; interpolation inside a step is cubic.
class chebyshev final : public single_method {
public:
    chebyshev(ode& system, long& evaluations)
        : single_method(system.size()), rhs_{&system, &evaluations}, look_(system, evaluations),
          before_(next_.size()), speed_(next_.size()) {}

    [[nodiscard]] std::string name() const override { return "rkc"; }
    [[nodiscard]] double error_power() const override { return 3; }
    [[nodiscard]] double tolerance_power() const override { return 1.5; }
    [[nodiscard]] double rate() const override { return rate_; }
    void begin() override { known_ = false; }

    [[nodiscard]] bool attempt(const state& x, const state& dxdt, double h,
                               const error_gauge& gauge) override;
    void inside(double place, state& x) override {
        hermite(place, h_, *x_, *dxdt_, next_, next_speed_, x);
    }
    void at(double place, const error_gauge& /*gauge*/, state& x) override {
        step(*x_, *dxdt_, place, stages_for(place), x);
    }
    [[nodiscard]] double review(double proposed, const error_gauge& gauge) override;

private:
    void step(const state& x, const state& dxdt, double h, int stages, state& end);
    void look(const state& x, const state& dxdt);
    [[nodiscard]] int stages_for(double h) const;

    right_hand_side rhs_;
    spectral_radius look_;
    double rate_ = 0;      // estimate of the spectral radius
    int age_ = 0;          // of the estimate, in accepted steps
    bool known_ = false;   // there is an estimate
    bool failed_ = false;  // the last attempt failed
    state before_, speed_;
    const state* x_ = nullptr;
    const state* dxdt_ = nullptr;
    double h_ = 0;
};

/// The relative error that a step may have. The estimate is the error itself, not that of a method
/// of lower order, and errors of 1 / h steps add up: for a sum of rtol each has to be of h rtol, so
/// h^3 = h rtol. The factor is measured: half-heights are mostly off by 0.1 rtol to 2 rtol.
double allowed(double rtol) {
    return std::clamp(30 * rtol * std::sqrt(rtol), chebyshev_rounding,
                      std::max(rtol, chebyshev_rounding));
}

/// Rounding errors grow as the square of the number of stages.
int stages_allowed(double rtol) {
    const double most = std::sqrt(allowed(rtol) / chebyshev_rounding);
    return static_cast<int>(std::clamp(most, 2.0, static_cast<double>(most_stages)));
}

/// A little less than the real interval of stability, (w_0 + 1) T''(w_0) / T'(w_0).
double interval(int stages) { return (double{1} * stages * stages - 1) / 1.54; }

// The least number of stages with margin * rate_ * h <= interval(stages), from 2 to most_stages.
int chebyshev::stages_for(double h) const {
    const double stages = std::ceil(std::sqrt(1 + 1.54 * margin * rate_ * h));
    return static_cast<int>(std::clamp(stages, 2.0, static_cast<double>(most_stages)));
}

void chebyshev::look(const state& x, const state& dxdt) {
    rate_ = look_(x, dxdt);
    age_ = 0;
    known_ = true;
}

bool chebyshev::attempt(const state& x, const state& dxdt, double h, const error_gauge& gauge) {
    const bool old = age_ > 0 && (failed_ || age_ >= steps_per_look);
    if (!known_ || old) {
        look(x, dxdt);
    }
    failed_ = true;
    // NaN fails the comparison.
    if (!(margin * rate_ * h <= interval(stages_allowed(gauge.rtol)))) {
        known_ = std::isfinite(rate_);
        return false;
    }
    x_ = &x;
    dxdt_ = &dxdt;
    h_ = h;
    step(x, dxdt, h, stages_for(h), next_);
    rhs_(next_, next_speed_, 0);
    for (std::size_t i = 0; i < x.size(); ++i) {
        speed_[i] = 0.8 * (x[i] - next_[i]) + 0.4 * h * (dxdt[i] + next_speed_[i]);
    }
    error_ = gauge(next_, speed_) / allowed(gauge.rtol);
    if (!(std::isfinite(error_) && std::isfinite(gauge(next_, next_speed_)))) {
        return false;
    }
    failed_ = !(error_ <= 1);
    age_ += failed_ ? 0 : 1;
    return true;
}

// Takes a step by the recurrence. The last stage so far is in `end`, the one before it in before_.
void chebyshev::step(const state& x, const state& dxdt, double h, int stages, state& end) {
    const double w0 = 1 + damping / (double{1} * stages * stages);
    chebyshev_terms last(w0);
    for (int j = 0; j < stages; ++j) {
        last.advance();
    }
    const double w1 = last.slope() / last.bend();
    chebyshev_terms terms(w0);
    terms.advance();
    terms.advance();
    double b = terms.bend() / (terms.slope() * terms.slope());  // b_0 = b_1 = b_2
    double b_last = b;
    double b_before = b;
    double value_last = w0;  // T_{j-1}
    before_ = x;
    for (std::size_t i = 0; i < x.size(); ++i) {
        end[i] = x[i] + b * w1 * h * dxdt[i];
    }
    for (int j = 2; j <= stages; ++j) {
        b = terms.bend() / (terms.slope() * terms.slope());
        const double mu = 2 * b * w0 / b_last;
        const double nu = -b / b_before;
        const double reach = 2 * b * w1 / b_last * h;
        const double back = -(1 - b_last * value_last) * reach;
        rhs_(end, speed_, 0);
        for (std::size_t i = 0; i < x.size(); ++i) {
            before_[i] = (1 - mu - nu) * x[i] + mu * end[i] + nu * before_[i] + reach * speed_[i] +
                         back * dxdt[i];
        }
        before_.swap(end);
        b_before = b_last;
        b_last = b;
        value_last = terms.value();
        terms.advance();
    }
}

double chebyshev::review(double proposed, const error_gauge& gauge) {
    const double longest = interval(stages_allowed(gauge.rtol));
    return margin * rate_ * proposed > longest ? longest / (margin * rate_) : proposed;
}

}  // namespace

std::unique_ptr<step_method> make_chebyshev(ode& system, long& evaluations) {
    return std::make_unique<chebyshev>(system, evaluations);
}

}  // namespace fusionflow::solver
