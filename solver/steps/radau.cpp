#include "fusionflow/solver/steps/radau.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace fusionflow::solver {

namespace {

constexpr int most_iterations = 12;
// For strained_steps steps after iterations failed, Newton's error stays below this part of rtol:
// there iterations, not accuracy, keep steps short, and the errors of many short steps add up.
constexpr double strained_part = 0.005;
constexpr int strained_steps = 20;
// The rate of convergence is not believed to fall by more than this factor between two iterations:
// a large first change of fast parts of the flow hides how far slow ones still have to go.
constexpr double least_fall = 0.2;
// Where a flow bends by less than least_bend within a step, the bound on the estimate falls with
// the bend, to about rtol. Estimates below least_estimate times rtol are exempt.
constexpr double least_bend = 2e-4;
constexpr double least_estimate = 0.01;
constexpr double radau_rounding = 2e-15;

// The largest power of two that is not above a normal number: its exponent, without its digits.
double power_of_two_below(double size) {
    constexpr std::uint64_t exponent = 0x7ff0'0000'0000'0000;
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(size) & exponent);
}

const radau_tableau& tableau() {
    static const radau_tableau made;
    return made;
}

}  // namespace

// Takes the Jacobian at the guess of the middle stage, which is half as far from the others as the
// start is. False where it is not finite.
template <int N>
bool radau<N>::linearise(const state& x, double h) {
    active(stage_) = active(x) + z_.col(stages / 2);
    if (fast_ != nullptr) {
        return fast_->take(stage_);
    }
    system_.jacobian(stage_, jacobian_);
    if (!jacobian_.allFinite()) {
        return false;
    }
    // Potentials of 1e17 move by 1e10 beside weights that have to be known to 1e-16: equations of
    // either size must not be added up. Scaling by powers of two costs no digits.
    for (Eigen::Index i = 0; i < active_; ++i) {
        const double size = std::abs(x[static_cast<std::size_t>(i)]);
        scale_(i) = size > 1 && std::isfinite(size) ? power_of_two_below(size) : 1.0;
    }
    jacobian_ = (scale_.cwiseInverse().asDiagonal() * jacobian_ * scale_.asDiagonal()).eval();
    factorise(h);
    return true;
}

template <int N>
void radau<N>::solve_real(typename real_solver::vector& v, double h) {
    if (fast_ != nullptr) {
        fast_->solve(tableau().real_eigenvalue, h, v);
        return;
    }
    v.array() /= scale_.array();
    real_.solve(v);
    v.array() *= scale_.array();
}

// Solves for pair k in along_ (real parts) and beside_ (imaginary parts).
template <int N>
void radau<N>::solve_pair(int k, double h) {
    if (fast_ != nullptr) {
        fast_->solve(tableau().eigenvalues(k), h, along_, beside_);
        return;
    }
    along_.array() /= scale_.array();
    beside_.array() /= scale_.array();
    pairs_[static_cast<std::size_t>(k)].solve(along_, beside_);
    along_.array() *= scale_.array();
    beside_.array() *= scale_.array();
}

// Factorises the equations times h, so that numbers of order one are inverted for any step length.
template <int N>
void radau<N>::factorise(double h) {
    matrix_ = -h * jacobian_;
    pair_matrix_ = matrix_.template cast<std::complex<double>>();
    matrix_.diagonal().array() += tableau().real_eigenvalue;
    real_.compute(matrix_);
    std::complex<double> shifted = 0;
    for (int k = 0; k < pairs; ++k) {
        pair_matrix_.diagonal().array() += tableau().eigenvalues(k) - shifted;
        shifted = tableau().eigenvalues(k);
        pairs_[static_cast<std::size_t>(k)].compute(pair_matrix_);
    }
}

// Guesses the stages of a step of length h from the polynomial of the last step, of length length_,
// on which the new one begins at `from`.
template <int N>
void radau<N>::guess(double from, double h) {
    const double start = from / length_;
    for (Eigen::Index i = 0; i < stages; ++i) {
        const double at = start + tableau().nodes(i) * h / length_;
        double power = 1;
        double power_start = 1;
        z_.col(i).setZero();
        for (Eigen::Index j = 0; j < stages; ++j) {
            power *= at;
            power_start *= start;
            z_.col(i) += (power - power_start) * polynomial_.col(j);
        }
    }
}

// Guesses that all stages are at the start, where nothing is known of them but their times.
template <int N>
void radau<N>::guess_nothing(double clock_speed, double h) {
    z_.setZero();
    set_clock(clock_speed, h);
}

template <int N>
void radau<N>::set_clock(double clock_speed, double h) {
    if (system_.ends_with_clock()) {
        z_.row(active_ - 1) = clock_speed * h * tableau().nodes.transpose();
    }
}

template <int N>
bool radau<N>::evaluate(const state& x) {
    for (Eigen::Index i = 0; i < stages; ++i) {
        active(stage_) = active(x) + z_.col(i);
        ++evaluations_;
        system_.derivative(stage_, scratch_);
        speeds_.col(i) = active(scratch_);
        time_speeds_(i) = scratch_.back();
    }
    return speeds_.allFinite() && time_speeds_.allFinite();
}

// One Newton step. In the coordinates of the tableau the equations of the stages, A^-1 Z = h F,
// fall apart into systems of the flow's size.
template <int N>
void radau<N>::solve(double h) {
    const radau_tableau& t = tableau();
    step_.noalias() = h * speeds_.lazyProduct(t.forth.transpose());
    along_ = step_.col(0) - t.real_eigenvalue * apart_.col(0);
    solve_real(along_, h);
    step_.col(0) = along_;
    for (int k = 0; k < pairs; ++k) {
        const int re = 1 + 2 * k;
        const double a = t.eigenvalues(k).real();
        const double b = t.eigenvalues(k).imag();
        along_ = step_.col(re) - a * apart_.col(re) + b * apart_.col(re + 1);
        beside_ = step_.col(re + 1) - a * apart_.col(re + 1) - b * apart_.col(re);
        solve_pair(k, h);
        step_.col(re) = along_;
        step_.col(re + 1) = beside_;
    }
    apart_ += step_;
    z_.noalias() = apart_.lazyProduct(t.back.transpose());
}

// The largest change of each number in the last Newton step, as a relative error at the end.
template <int N>
double radau<N>::change_size(const state& x, const error_gauge& gauge) {
    active(stage_) = active(x) + z_.col(stages - 1);
    active(scratch_) = step_.cwiseAbs().rowwise().maxCoeff();
    return gauge.system->relative_error(stage_, scratch_);
}

template <int N>
bool radau<N>::iterate(const state& x, double h, const error_gauge& gauge) {
    apart_.noalias() = z_.lazyProduct(tableau().forth.transpose());
    double before = 0;
    double rate = 1;
    const double part = strained_ > 0 ? std::min(strained_part, gauge.unsolved) : gauge.unsolved;
    // The bound is not below what rounding lets the iterations reach.
    const double wanted = std::max(part * gauge.rtol, 5 * radau_rounding);
    for (int iteration = 0; iteration < most_iterations; ++iteration) {
        if (!evaluate(x)) {
            return false;
        }
        solve(h);
        const double size = change_size(x, gauge);
        if (!std::isfinite(size)) {
            return false;
        }
        const double seen = iteration == 0 ? 1.0 : size / before;
        rate = iteration == 0 ? 1.0 : std::max(seen, least_fall * rate);
        // A kept time is integrated from speeds before the last change, which must be small then.
        const bool in_time = active_ == size_ || size <= 10 * wanted;
        const bool done = size <= radau_rounding || (iteration > 0 && rate < 1 && in_time &&
                                                     rate / (1 - rate) * size <= wanted);
        if (done) {
            return true;
        }
        // The iterations that are left are not enough, even if they go on converging at this rate.
        const int left = most_iterations - 1 - iteration;
        if (iteration > 0 && !(seen < 1 && size * std::pow(seen, left) / (1 - seen) <= wanted)) {
            return size <= wanted;
        }
        before = size;
    }
    return false;
}

// The end of the step, which is its last stage; a time that is kept is the integral of its speed.
template <int N>
void radau<N>::finish(const state& x, double h, state& end) {
    active(end) = active(x) + z_.col(stages - 1);
    if (active_ < size_) {
        time_z_.noalias() = h * tableau().weights.lazyProduct(time_speeds_);
        end.back() = x.back() + time_z_(stages - 1);
    }
}

// The estimate is a quadrature of order s less the method's own, h gamma f_0 + sum e_i Z_i. The
// method is of order 2s - 1. Both miss a part of what the flow bends by within the step, the method
// by a power of the estimate's part. So the estimate may be much larger than the tolerance, but
// less so where the flow only begins to bend.
template <int N>
void radau<N>::estimate_error(const state& dxdt, double h, const error_gauge& gauge) {
    const radau_tableau& t = tableau();
    // Without the factor (1 - h gamma J)^-1 stiff parts would count that the method does not feel.
    along_ = h * active(dxdt);
    along_.noalias() += z_.lazyProduct(t.estimate) / t.gamma;
    solve_real(along_, h);
    active(estimate_) = along_;
    if (active_ < size_) {
        estimate_.back() = h * t.gamma * dxdt.back() + time_z_.dot(t.estimate);
    }
    if (gauge.rtol != allowed_for_) {
        allowed_for_ = gauge.rtol;
        allowed_ = 0.03 * std::pow(gauge.rtol, estimate_power);
    }
    const double estimate = gauge(next_, estimate_);
    error_ = estimate / allowed_;
    if (!(estimate > least_estimate * gauge.rtol)) {
        return;
    }
    const double bend = bend_of(dxdt, h);
    if (bend < least_bend) {
        error_ *= std::pow(least_bend / std::max(bend, gauge.rtol), 1 - estimate_power);
    }
}

// How far the end of the step is from where the speed at its start would lead, as a relative error.
template <int N>
double radau<N>::bend_of(const state& dxdt, double h) {
    active(stage_) = z_.col(stages - 1) - h * active(dxdt);
    return system_.relative_error(next_, stage_);
}

template <int N>
bool radau<N>::attempt(const state& x, const state& dxdt, double h, const error_gauge& gauge) {
    const bool goes_on =
        length_ > 0 && h < 10 * length_ && std::equal(x.begin(), x.begin() + active_, end_.begin());
    if (goes_on) {
        guess(length_, h);
        for (Eigen::Index j = 0; j < active_; ++j) {
            if (dxdt[static_cast<std::size_t>(j)] == 0) {
                z_.row(j).setZero();  // at rest: flow::settle
            }
        }
        set_clock(dxdt.back(), h);
    } else {
        guess_nothing(dxdt.back(), h);
    }
    bool solved = linearise(x, h) && iterate(x, h, gauge);
    if (!solved && goes_on) {
        // The polynomial may follow what was rounding in the last step, and lead astray.
        guess_nothing(dxdt.back(), h);
        solved = linearise(x, h) && iterate(x, h, gauge);
    }
    strained_ = solved ? std::max(strained_ - 1, 0) : strained_steps;
    if (!solved) {
        return false;
    }
    finish(x, h, next_);
    estimate_error(dxdt, h, gauge);
    ++evaluations_;
    system_.derivative(next_, next_speed_);
    if (!std::isfinite(error_) || !std::isfinite(gauge(next_, next_speed_))) {
        return false;
    }
    if (error_ <= 1) {
        polynomial_.noalias() = z_.lazyProduct(tableau().powers.transpose());
        time_polynomial_.noalias() = tableau().powers.lazyProduct(time_z_);
        length_ = h;
        start_ = &x;
        end_ = next_;
    }
    return true;
}

template <int N>
void radau<N>::inside(double place, state& x) {
    const double at = place / length_;
    along_ = polynomial_.col(stages - 1) * at;
    double time = time_polynomial_(stages - 1) * at;
    for (Eigen::Index j = stages - 1; j-- > 0;) {
        along_ = (along_ + polynomial_.col(j)) * at;
        time = (time + time_polynomial_(j)) * at;
    }
    active(x) = active(*start_) + along_;
    if (active_ < size_) {
        x.back() = start_->back() + time;
    }
}

template <int N>
void radau<N>::at(double place, const error_gauge& gauge, state& x) {
    if (fast_ == nullptr) {
        factorise(place);
    }
    guess(0, place);
    if (iterate(*start_, place, gauge)) {
        finish(*start_, place, x);
    } else {
        inside(place, x);
    }
}

std::unique_ptr<step_method> make_radau(ode& system, long& evaluations) {
    const auto active = system.size() - (system.keeps_time() ? 1 : 0);
    if (active == 2) {
        return std::make_unique<radau<2>>(system, evaluations);
    }
    if (active == 3) {
        return std::make_unique<radau<3>>(system, evaluations);
    }
    return std::make_unique<radau<Eigen::Dynamic>>(system, evaluations);
}

}  // namespace fusionflow::solver
