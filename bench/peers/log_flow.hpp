#pragma once

#include <array>

#include "cases.hpp"

namespace peers {

/// x^k for small whole k.
[[nodiscard]] inline double power(double x, int k) {
    double result = 1;
    for (int i = 0; i < (k < 0 ? -k : k); ++i) {
        result *= x;
    }
    return k < 0 ? 1 / result : result;
}

/// The reduced flow of a case as an ordinary user would hand it to a solver: v_m = ln u_m over t.
///
///     dv_m/dt = u_m^{n-2} u_f^p E_m,   u_f^2 = u_A^2 + u_B^2,
///     E = s - W Sigma,   W_m = u_m^n u_f^p
class log_flow {
public:
    explicit log_flow(const test_case& about);

    [[nodiscard]] const std::array<double, 2>& start() const { return start_; }
    /// A time by which both modalities are learned, known without solving:
    /// 20 u0^{2-L} ln(1/u0), more than ten times the leading order of every case.
    [[nodiscard]] double horizon() const { return horizon_; }

    void derivative(const double* v, double* dvdt) const {
        const point here = at(v);
        dvdt[0] = here.speed[0] * here.residual[0];
        dvdt[1] = here.speed[1] * here.residual[1];
    }

    /// |W_m| less half of what it is at the saddle it reaches: zero at the half-heights.
    void heights(const double* v, double* above) const {
        const point here = at(v);
        above[0] = here.weights[0] - half_[0];
        above[1] = here.weights[1] - half_[1];
    }

    /// d(dv_m/dt)/dv_k into jacobian[m][k].
    void jacobian(const double* v, std::array<std::array<double, 2>, 2>& jacobian) const;

private:
    struct point {
        double square_a;
        double square_b;
        double weights[2];
        double speed[2];     // u_m^{n-2} u_f^p
        double residual[2];  // E_m
    };

    [[nodiscard]] point at(const double* v) const;

    int n_;
    int p_;
    double sigma_[2][2];
    double s_[2];
    double half_[2];
    std::array<double, 2> start_;
    double horizon_;
};

}  // namespace peers
