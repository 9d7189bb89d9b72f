#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/solver/flows/flow.hpp"

// Flows whose solution is known.
namespace fusionflow::tests {

/// A flow of which only states and their errors are looked at, not what they mean.
class known_flow : public solver::flow {
public:
    void total_weights(const solver::state& x, Eigen::VectorXd& w) override { w(0) = x[0]; }
    void branch_norms(const solver::state& x, Eigen::VectorXd& u) const override { u(0) = x[0]; }
};

/// A number that grows to one, a number that it uses up, and a time, or one more number:
///
///     dx/dc = x (1 - x),        x = 1 / (1 + k e^(-c))
///     dy/dc = -x y^2,           y = 1 / (1/y_0 + s),   s = int x dc = ln((e^c + k) / (1 + k))
///     dt/dc = x y,              t = ln(1 + y_0 s)
class growth final : public known_flow {
public:
    explicit growth(bool keeps_time) : keeps_time_(keeps_time) {}

    [[nodiscard]] solver::state initial() const override { return at(0); }
    [[nodiscard]] solver::state at(double c) const {
        const double used = std::log1p(std::expm1(c) / (1 + k));
        return {1 / (1 + k * std::exp(-c)), 1 / (1 / most + used), std::log1p(most * used)};
    }
    void derivative(const solver::state& x, solver::state& dxdt) override {
        dxdt[0] = x[0] * (1 - x[0]);
        dxdt[1] = -x[0] * x[1] * x[1];
        dxdt[2] = x[0] * x[1];
    }
    [[nodiscard]] double relative_error(const solver::state& x,
                                        const solver::state& e) const override {
        return std::hypot(e[0] / x[0], e[1] / x[1], keeps_time_ ? 0.0 : e[2]);
    }
    [[nodiscard]] bool keeps_time() const override { return keeps_time_; }
    [[nodiscard]] bool has_jacobian() const override { return true; }
    void jacobian(const solver::state& x, Eigen::MatrixXd& j) override {
        j(0, 0) = 1 - 2 * x[0];
        j(0, 1) = 0;
        j(1, 0) = -x[1] * x[1];
        j(1, 1) = -2 * x[0] * x[1];
        if (!keeps_time_) {
            j.col(2).setZero();
            j(2, 0) = x[1];
            j(2, 1) = x[0];
        }
    }

private:
    static constexpr double k = 3;     // x starts at 1/4
    static constexpr double most = 2;  // y_0
    bool keeps_time_;
};

/// Two rates of decay in coordinates that mix them: (x + y) / 2 falls with the slow, (x - y) / 2
/// with the fast.
class decaying_pair final : public known_flow {
public:
    decaying_pair(double slow, double fast) : slow_(slow), fast_(fast) {}

    [[nodiscard]] solver::state initial() const override { return {1.5, 0.5}; }
    void derivative(const solver::state& x, solver::state& dxdt) override {
        const double slow = -slow_ * (x[0] + x[1]) / 2;
        const double fast = -fast_ * (x[0] - x[1]) / 2;
        dxdt[0] = slow + fast;
        dxdt[1] = slow - fast;
    }
    [[nodiscard]] double relative_error(const solver::state& /*x*/,
                                        const solver::state& e) const override {
        return std::hypot(e[0], e[1]);
    }
    [[nodiscard]] bool has_jacobian() const override { return true; }
    void jacobian(const solver::state& /*x*/, Eigen::MatrixXd& j) override {
        j << -slow_ - fast_, fast_ - slow_, fast_ - slow_, -slow_ - fast_;
        j /= 2;
    }

private:
    double slow_;
    double fast_;
};

/// Follows cos s with a rate that rises and falls along s, ds/dt = 1:
///
///     dx/dt = -k(s) (x - cos s) - sin s,   k(s) = lowest + highest exp(-4 s^2),   x = cos s
class stiff_stretch final : public known_flow {
public:
    [[nodiscard]] solver::state initial() const override { return {start, std::cos(start)}; }
    void derivative(const solver::state& x, solver::state& dxdt) override {
        dxdt[0] = 1;
        dxdt[1] = -rate(x[0]) * (x[1] - std::cos(x[0])) - std::sin(x[0]);
    }
    [[nodiscard]] double relative_error(const solver::state& /*x*/,
                                        const solver::state& e) const override {
        return std::hypot(e[0], e[1]);
    }
    [[nodiscard]] bool has_jacobian() const override { return true; }
    void jacobian(const solver::state& x, Eigen::MatrixXd& j) override {
        const double k = rate(x[0]);
        const double slope = -8 * x[0] * (k - lowest);
        j << 0, 0, -slope * (x[1] - std::cos(x[0])) - k * std::sin(x[0]) - std::cos(x[0]), -k;
    }
    [[nodiscard]] static double rate(double s) { return lowest + highest * std::exp(-4 * s * s); }

    static constexpr double start = -4;

private:
    static constexpr double lowest = 0.1;
    static constexpr double highest = 1e6;
};

/// Another flow, with a Jacobian that nobody knows.
class without_jacobian final : public known_flow {
public:
    explicit without_jacobian(solver::flow& other) : other_(other) {}

    [[nodiscard]] solver::state initial() const override { return other_.initial(); }
    void derivative(const solver::state& x, solver::state& dxdt) override {
        other_.derivative(x, dxdt);
    }
    [[nodiscard]] double relative_error(const solver::state& x,
                                        const solver::state& e) const override {
        return other_.relative_error(x, e);
    }

private:
    solver::flow& other_;
};

/// dx/dt = 1 up to a wall, where it is not a number.
class wall final : public known_flow {
public:
    wall(double where, double beyond) : where_(where), beyond_(beyond) {}

    [[nodiscard]] solver::state initial() const override { return {0, 1}; }
    void derivative(const solver::state& x, solver::state& dxdt) override {
        dxdt[0] = x[0] <= where_ ? 1 : beyond_;
        dxdt[1] = 0;
    }
    [[nodiscard]] double relative_error(const solver::state& /*x*/,
                                        const solver::state& e) const override {
        return std::hypot(e[0], e[1]);
    }
    [[nodiscard]] bool has_jacobian() const override { return true; }
    void jacobian(const solver::state& /*x*/, Eigen::MatrixXd& j) override { j.setZero(); }

private:
    double where_;
    double beyond_;
};

}  // namespace fusionflow::tests
