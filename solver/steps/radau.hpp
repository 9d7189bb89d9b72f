#pragma once

#include <Eigen/Core>
#include <array>
#include <complex>
#include <string>

#include "fusionflow/solver/steps/linear_solver.hpp"
#include "fusionflow/solver/steps/radau_tableau.hpp"
#include "fusionflow/solver/steps/step_method.hpp"

namespace fusionflow::solver {

/// Radau IIA of five stages, order 9, by simplified Newton iterations: the Jacobian is taken in the
/// middle of the step, and one real and two complex matrices of its size are factorised. A time
/// that the flow keeps is an integral and takes no part in the iterations. A system without a
/// Jacobian has a stiff_part in its place.
///
/// \tparam N  Numbers in the iterations, where that is known when compiling.
template <int N>
class radau final : public single_method {
public:
    radau(ode& system, long& evaluations)
        : single_method(system.size()), system_(system), evaluations_(evaluations),
          size_(static_cast<Eigen::Index>(next_.size())), active_(size_ - system.keeps_time()),
          z_(active_, stages), speeds_(active_, stages), apart_(active_, stages),
          step_(active_, stages), polynomial_(active_, stages), estimate_(next_.size()),
          stage_(next_.size()), scratch_(next_.size()),
          fast_(system.has_jacobian() ? nullptr : system.fast()) {
        if (fast_ == nullptr) {
            jacobian_.resize(active_, active_);
            matrix_.resize(active_, active_);
            pair_matrix_.resize(active_, active_);
        }
        along_.resize(active_);
        beside_.resize(active_);
        scale_.setOnes(active_);
    }

    [[nodiscard]] std::string name() const override { return "radau"; }
    [[nodiscard]] double error_power() const override { return stages + 1; }
    [[nodiscard]] double tolerance_power() const override { return estimate_power; }

    [[nodiscard]] bool attempt(const state& x, const state& dxdt, double h,
                               const error_gauge& gauge) override;
    void inside(double place, state& x) override;
    void at(double place, const error_gauge& gauge, state& x) override;

private:
    static constexpr int stages = radau_tableau::stages;
    static constexpr int pairs = radau_tableau::pairs;
    // The estimate goes as h^(s + 1), the error that rtol bounds as h^(2s).
    static constexpr double estimate_power = (stages + 1) / 10.0;
    using columns = Eigen::Matrix<double, N, stages>;
    using stage_row = Eigen::Matrix<double, stages, 1>;
    using real_solver = linear_solver<double, N>;
    using pair_solver = linear_solver<std::complex<double>, N>;

    // The numbers of a state without a time that is kept.
    [[nodiscard]] auto active(const state& x) const {
        return Eigen::Map<const Eigen::Matrix<double, N, 1>>(x.data(), active_);
    }
    [[nodiscard]] auto active(state& x) const {
        return Eigen::Map<Eigen::Matrix<double, N, 1>>(x.data(), active_);
    }

    bool linearise(const state& x, double h);
    void factorise(double h);
    void guess(double from, double h);
    void guess_nothing(double clock_speed, double h);
    void set_clock(double clock_speed, double h);
    bool evaluate(const state& x);
    void solve(double h);
    void solve_real(typename real_solver::vector& v, double h);
    void solve_pair(int k, double h);
    double change_size(const state& x, const error_gauge& gauge);
    bool iterate(const state& x, double h, const error_gauge& gauge);
    void finish(const state& x, double h, state& end);
    double bend_of(const state& dxdt, double h);
    void estimate_error(const state& dxdt, double h, const error_gauge& gauge);

    ode& system_;
    long& evaluations_;
    Eigen::Index size_;
    Eigen::Index active_;  // without a time that is kept
    Eigen::MatrixXd jacobian_;
    columns z_;           // the stages less the start, a column each
    columns speeds_;      // derivatives at the stages
    columns apart_;       // the stages in the coordinates of the tableau
    columns step_;        // the change of apart_ in a Newton step
    columns polynomial_;  // of the last step that passed: coefficients of powers 1 ... s
    stage_row time_z_;    // z_ of a time that is kept
    stage_row time_speeds_;
    stage_row time_polynomial_;
    double length_ = 0;       // of the last step that passed
    double allowed_ = 0;      // most that the error estimate may be
    double allowed_for_ = 0;  // the rtol for which allowed_ holds
    typename real_solver::matrix matrix_;
    typename pair_solver::matrix pair_matrix_;
    real_solver real_;
    std::array<pair_solver, pairs> pairs_;
    typename real_solver::vector along_;
    typename real_solver::vector beside_;
    typename real_solver::vector scale_;  // of the numbers of the state where they are large
    state estimate_;
    state stage_;
    state scratch_;
    stiff_part* fast_;  // in place of the Jacobian where the system has none
    int strained_ = 0;  // steps for which Newton's errors are held to less
    const state* start_ = nullptr;
    state end_;  // of the step that passed last
};

}  // namespace fusionflow::solver
