#include <algorithm>
#include <cmath>

#include "fusionflow/solver/steps/step_method.hpp"

namespace fusionflow::solver {

namespace {

// An explicit step of length h is stable on decaying parts up to a rate of about this over h.
constexpr double stable = 2.0;
constexpr int steps_per_switch_look = 3;  // a look costs a derivative, a step 6
constexpr int votes_needed = 2;           // of looks
// Dopri5 estimates the rate itself at no cost, but now and then below the largest one. A run of
// steps_needed steps that stability limits is no chance, and short beside what a stiff flow needs.
constexpr double stable_as_seen = 2.5;
constexpr int steps_needed = 50;
constexpr int steps_back = 30;

/// Estimates the largest rate at which neighbouring solutions part or meet: a power iteration on
/// the Jacobian, one product by a difference of derivatives each time it is asked.
class rate_estimate {
public:
    rate_estimate(ode& system, long& evaluations) : system_(system), evaluations_(evaluations) {}

    [[nodiscard]] double operator()(const state& x, const state& dxdt) {
        look_along(x);
        aside_ = x;
        for (std::size_t i = 0; i < x.size(); ++i) {
            aside_[i] += difference * along_[i];
        }
        ++evaluations_;
        system_.derivative(aside_, along_);
        for (std::size_t i = 0; i < x.size(); ++i) {
            along_[i] = (along_[i] - dxdt[i]) / difference;
        }
        if (system_.keeps_time()) {
            along_.back() = 0;
        }
        return system_.relative_error(x, along_);
    }

private:
    static constexpr double difference = 1e-7;  // relative; rounding errors are 1e-9 of it
    static constexpr double share = 0.1;

    // The direction that was found last, with a share of one in which every number of the state
    // moves: what is at rest now may be fast later. Its size is one.
    void look_along(const state& x) {
        along_.resize(x.size(), 0.0);
        const double size = system_.relative_error(x, along_);
        const double scale = size > 0 && std::isfinite(size) ? 1 / size : 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double all = (i % 2 == 0 ? share : -share) * std::abs(x[i]);
            along_[i] = (scale > 0 ? scale * along_[i] : 0) + all;
        }
        if (system_.keeps_time()) {
            along_.back() = 0;
        }
    }

    ode& system_;
    long& evaluations_;
    state along_;
    state aside_;
};

/// Dopri5 where accuracy limits its steps, a method for stiff flows where stability would.
class switching final : public step_method {
public:
    switching(ode& system, long& evaluations)
        : plain_(make_dopri5(system, evaluations)),
          stiff_(system.has_jacobian() || system.fast() != nullptr
                     ? make_radau(system, evaluations)
                     : make_chebyshev(system, evaluations)),
          now_(plain_.get()), looks_(system.has_jacobian()),
          returns_(system.has_jacobian() || system.fast() == nullptr), rate_(system, evaluations) {}

    [[nodiscard]] std::string name() const override {
        return switched_ ? plain_->name() + " + " + stiff_->name() : plain_->name();
    }
    [[nodiscard]] bool attempt(const state& x, const state& dxdt, double h,
                               const error_gauge& gauge) override {
        return now_->attempt(x, dxdt, h, gauge);
    }
    [[nodiscard]] const state& next() const override { return now_->next(); }
    [[nodiscard]] const state& next_speed() const override { return now_->next_speed(); }
    [[nodiscard]] double error() const override { return now_->error(); }
    [[nodiscard]] double error_power() const override { return now_->error_power(); }
    void inside(double place, state& x) override { now_->inside(place, x); }
    void at(double place, const error_gauge& gauge, state& x) override {
        now_->at(place, gauge, x);
    }
    [[nodiscard]] double review(double proposed, const error_gauge& gauge) override;

private:
    [[nodiscard]] bool votes_by_looks(double proposed);
    [[nodiscard]] bool votes_by_steps(double proposed);

    std::unique_ptr<step_method> plain_;
    std::unique_ptr<step_method> stiff_;
    step_method* now_;
    bool looks_;    // false: it goes by the methods' own rate()
    bool returns_;  // false: the stiff method keeps the flow
    rate_estimate rate_;
    bool switched_ = false;
    int steps_ = 0;
    int votes_ = 0;
};

// True where the other method should take over, by rates from looks.
bool switching::votes_by_looks(double proposed) {
    if (++steps_ % steps_per_switch_look != 0) {
        return false;
    }
    const double rate = rate_(next(), next_speed());
    const bool other =
        now_ == plain_.get() ? !(rate * proposed < stable) : rate * proposed < stable / 2;
    votes_ = other ? votes_ + 1 : 0;
    return votes_ >= votes_needed;
}

// True where the other method should take over, by the methods' own rates. Radau does not know its
// own and stays: its steps are long where nothing is stiff, too. Where rate h < 1, two
// stages of rkc, the fewest, get less far than dopri5 at its stability limit for the same work.
bool switching::votes_by_steps(double proposed) {
    const bool is_plain = now_ == plain_.get();
    if (!is_plain && !returns_) {
        return false;
    }
    const double reach = now_->rate() * proposed;
    votes_ = (is_plain ? reach > stable_as_seen : reach < 1) ? votes_ + 1 : 0;
    return votes_ >= (is_plain ? steps_needed : steps_back);
}

double switching::review(double proposed, const error_gauge& gauge) {
    const double possible = now_->review(proposed, gauge);
    if (looks_ ? votes_by_looks(possible) : votes_by_steps(possible)) {
        votes_ = 0;
        switched_ = true;
        now_ = now_ == plain_.get() ? stiff_.get() : plain_.get();
        now_->begin();
    }
    return possible;
}

}  // namespace

std::unique_ptr<step_method> make_switching(ode& system, long& evaluations) {
    return std::make_unique<switching>(system, evaluations);
}

}  // namespace fusionflow::solver
