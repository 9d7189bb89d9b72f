#include "fusionflow/solver/steps/free_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/numeric/odeint/util/odeint_error.hpp>
#include <boost/throw_exception.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/steps/step_control.hpp"
#include "fusionflow/solver/steps/step_method.hpp"

namespace fusionflow::solver {

namespace {

// In a user's system errors should fall with the order of the method, so Newton's iterations may
// leave only this part of the tolerance.
constexpr double unsolved = 0.005;
// The interpolation inside a step, where it is read, may err by this many tolerances.
constexpr double allowed_inside = 10;
constexpr double missed_power = 6;  // its error goes as the length of the step to this power
constexpr double shortening = 0.9;
constexpr double least_shortening = 0.2;

// The tightest and the loosest tolerance that the methods are made for.
constexpr double tightest = 1e-14;
constexpr double loosest = 0.1;

bool all_finite(const state& x) {
    return std::all_of(x.begin(), x.end(), [](double part) { return std::isfinite(part); });
}

/// The user's system with time as one more number, d(time)/dc = 1, or -1 where steps go back: the
/// methods need an autonomous system on a clock c that goes forward.
class extended_system final : public ode {
public:
    extended_system(std::size_t numbers, const tolerance& allowed)
        : allowed_(allowed), numbers_(numbers), x_(numbers), speed_(numbers),
          jacobian_(static_cast<Eigen::Index>(numbers), static_cast<Eigen::Index>(numbers)) {}

    void set(free_system& system, bool goes_forth) {
        system_ = &system;
        direction_ = goes_forth ? 1 : -1;
    }
    [[nodiscard]] double direction() const { return direction_; }
    /// The relative tolerance that the methods are told: that of numbers of order one.
    [[nodiscard]] double level() const {
        return std::clamp(std::max(allowed_.absolute, allowed_.relative), tightest, loosest);
    }

    [[nodiscard]] std::size_t size() const override { return numbers_ + 1; }

    void derivative(const state& x, state& dxdt) override {
        split(x);
        system_->speed(x_, x.back(), speed_);
        for (std::size_t i = 0; i < numbers_; ++i) {
            dxdt[i] = direction_ * speed_[i];
        }
        dxdt.back() = direction_;
    }

    /// The largest error over what is allowed, times level(). Time has no error.
    [[nodiscard]] double relative_error(const state& x, const state& error) const override {
        double largest = 0;
        for (std::size_t i = 0; i < numbers_; ++i) {
            if (error[i] == 0) {
                continue;  // a number that stays 0 may have a tolerance of 0
            }
            const double part =
                std::abs(error[i]) / (allowed_.absolute + allowed_.relative * std::abs(x[i]));
            if (std::isnan(part)) {
                return std::numeric_limits<double>::infinity();
            }
            largest = std::max(largest, part);
        }
        return level() * largest;
    }

    [[nodiscard]] bool ends_with_clock() const override { return true; }
    [[nodiscard]] bool has_jacobian() const override { return true; }
    void jacobian(const state& x, Eigen::MatrixXd& j) override {
        split(x);
        jacobian_.setZero();
        system_->jacobian(x_, x.back(), jacobian_);
        const auto n = static_cast<Eigen::Index>(numbers_);
        j.topLeftCorner(n, n) = direction_ * jacobian_;
        j.col(n).setZero();
        j.row(n).setZero();
    }

private:
    void split(const state& x) {
        std::copy_n(x.begin(), static_cast<std::ptrdiff_t>(numbers_), x_.begin());
    }

    free_system* system_ = nullptr;
    tolerance allowed_;
    std::size_t numbers_;
    double direction_ = 1;
    state x_, speed_;
    Eigen::MatrixXd jacobian_;
};

}  // namespace

void tolerance::validate() const {
    data::need(absolute >= 0 && std::isfinite(absolute), "absolute", "need a number >= 0, got {}",
               absolute);
    data::need(relative >= 0 && std::isfinite(relative), "relative", "need a number >= 0, got {}",
               relative);
    data::need(absolute + relative > 0, "absolute",
               "need absolute > 0 or relative > 0, got 0 for both");
}

/// Steps through states of one size.
class free_steps::path {
public:
    path(std::size_t numbers, free_method method, const tolerance& allowed, bool dense)
        : system_(numbers, allowed),
          method_(method == free_method::radau ? make_radau(system_, evaluations_)
                                               : make_chebyshev(system_, evaluations_)),
          dense_(dense), start_(numbers + 1), speed_(numbers + 1), place_(numbers + 1),
          apart_(numbers + 1) {}

    [[nodiscard]] std::size_t numbers() const { return start_.size() - 1; }

    bool attempt(free_system& system, state& x, double& t, double& dt) {
        system_.set(system, dt > 0);
        std::copy(x.begin(), x.end(), start_.begin());
        start_.back() = t;
        system_.derivative(start_, speed_);
        const error_gauge gauge{&system_, 0, system_.level(), unsolved};
        const double length = std::abs(dt);
        const bool solved = all_finite(start_) && all_finite(speed_) &&
                            method_->attempt(start_, speed_, length, gauge) &&
                            all_finite(method_->next());
        if (!(solved && method_->error() <= 1)) {
            dt *= step_control::after_rejection(*method_, solved, rejections_);
            ++rejections_;
            return false;
        }
        if (const double missed = dense_ ? error_inside(length, gauge) : 0; !(missed <= 1)) {
            dt *= std::max(least_shortening, shortening * std::pow(missed, -1 / missed_power));
            ++rejections_;
            return false;
        }
        rejections_ = 0;
        std::copy_n(method_->next().begin(), x.size(), x.begin());
        t += dt;
        dt =
            system_.direction() * method_->review(length * control_.after_success(*method_), gauge);
        return true;
    }

    void inside(double t, state& x) {
        method_->inside(system_.direction() * (t - start_.back()), place_);
        std::copy_n(place_.begin(), x.size(), x.begin());
    }

private:
    // The error of the interpolation inside a step, against a step to that place, over its bound.
    double error_inside(double length, const error_gauge& gauge) {
        constexpr double between_stages = 0.43;  // a place between two stages of radau
        method_->inside(between_stages * length, place_);
        method_->at(between_stages * length, gauge, apart_);
        std::transform(place_.begin(), place_.end(), apart_.begin(), apart_.begin(), std::minus());
        return gauge(place_, apart_) / (allowed_inside * system_.level());
    }

    long evaluations_ = 0;
    extended_system system_;
    std::unique_ptr<step_method> method_;
    step_control control_;
    int rejections_ = 0;  // in a row
    bool dense_;
    state start_, speed_, place_, apart_;
};

free_steps::free_steps(free_method method, const tolerance& allowed, bool dense)
    : method_(method), allowed_(allowed), dense_(dense) {
    allowed_.validate();
}

free_steps::free_steps(free_steps&&) noexcept = default;
free_steps& free_steps::operator=(free_steps&&) noexcept = default;
free_steps::~free_steps() = default;

bool free_steps::attempt(free_system& system, state& x, double& t, double& dt) {
    // NaN fails the comparison.
    if (!(t + dt < t || t + dt > t)) {
        BOOST_THROW_EXCEPTION(boost::numeric::odeint::step_adjustment_error(
            fmt::format("no step from t = {} is short enough: the system is not finite there, or "
                        "changes too fast for the tolerance",
                        t)));
    }
    if (!path_ || path_->numbers() != x.size()) {
        path_ = std::make_unique<path>(x.size(), method_, allowed_, dense_);
    }
    return path_->attempt(system, x, t, dt);
}

void free_steps::inside(double t, state& x) { path_->inside(t, x); }

}  // namespace fusionflow::solver
