// The half-height times of every case to more than 20 digits, by a method that shares nothing with
// the library: Radau collocation of 10 stages in 50-digit numbers.
//
// The state is the potential z (dz = u^{1-n} du) in the fusion clock c (dc = u_f^p dt):
//
//     dz_m/dc = E_m = s_m - (W Sigma)_m,   dt/dc = u_f^{-p}.
//
// A waiting modality is a straight line there, so a plateau of 1e11 units takes a few steps. What
// has been learned relaxes at a rate of about 1 meanwhile, which holds no L-stable method up.

#include <Eigen/LU>
#include <array>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <optional>
#include <stdexcept>

#include "cases.hpp"
#include "collocation.hpp"

namespace {

using peers::matrix;
using peers::radau;
using peers::real;
using peers::vector;

struct state {
    std::array<real, 2> z;
    real t;
};

/// What the equations need to know at a point.
struct point {
    std::array<real, 2> u;
    std::array<real, 2> weights;
    std::array<real, 2> residual;                 // E
    std::array<std::array<real, 2>, 2> jacobian;  // dE_m/dz_k
    std::array<real, 2> weight_speed;             // dW_m/dc
    real clock;                                   // dt/dc
};

class potential_flow {
public:
    explicit potential_flow(const peers::test_case& about)
        : n_(about.fusion), p_(about.depth - about.fusion), u0_(about.u0) {
        const real rho(about.rho);
        const real kappa(about.kappa);
        sigma_ = {{{kappa * kappa, rho * kappa}, {rho * kappa, 1}}};
        s_ = {kappa * kappa + rho * kappa, 1 + rho * kappa};
        half_ = {n_ == 1 ? real(0.5) : (1 + rho / kappa) / 2, real(0.5)};
    }

    [[nodiscard]] state start() const {
        const real z = n_ == 1 ? u0_ : n_ == 2 ? log(u0_) : -pow(u0_, 2 - n_) / (n_ - 2);
        return {{z, z}, 0};
    }
    [[nodiscard]] const real& half(std::size_t m) const { return half_[m]; }

    /// Relative change of u_m that a change of z_m by 1 makes.
    [[nodiscard]] real relative(const real& u) const { return pow(u, n_ - 2); }

    /// Nothing where z belongs to no u: beyond infinite weights.
    [[nodiscard]] std::optional<point> at(const real& z_a, const real& z_b) const {
        if (n_ != 2 && !(n_ == 1 ? z_a > 0 && z_b > 0 : z_a < 0 && z_b < 0)) {
            return std::nullopt;
        }
        point here;
        here.u = {norm(z_a), norm(z_b)};
        const real square = here.u[0] * here.u[0] + here.u[1] * here.u[1];
        const real trunk = pow(sqrt(square), p_);
        here.clock = 1 / trunk;
        std::array<std::array<real, 2>, 2> weights_by_z;
        for (std::size_t m = 0; m < 2; ++m) {
            here.weights[m] = pow(here.u[m], n_) * trunk;
            for (std::size_t k = 0; k < 2; ++k) {
                const real by_log_u = p_ * here.u[k] * here.u[k] / square + (m == k ? n_ : 0);
                weights_by_z[m][k] = here.weights[m] * by_log_u * relative(here.u[k]);
            }
        }
        for (std::size_t m = 0; m < 2; ++m) {
            here.residual[m] =
                s_[m] - here.weights[0] * sigma_[0][m] - here.weights[1] * sigma_[1][m];
            for (std::size_t k = 0; k < 2; ++k) {
                here.jacobian[m][k] =
                    -(weights_by_z[0][k] * sigma_[0][m] + weights_by_z[1][k] * sigma_[1][m]);
            }
        }
        for (std::size_t m = 0; m < 2; ++m) {
            here.weight_speed[m] =
                weights_by_z[m][0] * here.residual[0] + weights_by_z[m][1] * here.residual[1];
        }
        return here;
    }
    [[nodiscard]] std::optional<point> at(const state& x) const { return at(x.z[0], x.z[1]); }

private:
    [[nodiscard]] real norm(const real& z) const {
        return n_ == 1 ? z : n_ == 2 ? exp(z) : pow((2 - n_) * z, real(1) / (2 - n_));
    }

    int n_;
    int p_;
    real u0_;
    std::array<std::array<real, 2>, 2> sigma_;
    std::array<real, 2> s_;
    std::array<real, 2> half_;
};

/// One step of length h by Newton's method on all stages at once; nothing if it does not converge.
std::optional<state> step(const potential_flow& flow, const radau& method, const state& from,
                          const real& h) {
    const int s = method.stages();
    const auto first = flow.at(from);
    vector z(2 * s);
    for (int i = 0; i < 2 * s; ++i) {
        const auto m = static_cast<std::size_t>(i % 2);
        z(i) = from.z[m] + method.nodes(i / 2) * h * first->residual[m];
    }
    matrix newton(2 * s, 2 * s);
    vector defect(2 * s);
    for (int iteration = 0; iteration < 15; ++iteration) {
        for (int i = 0; i < 2 * s; ++i) {
            defect(i) = from.z[static_cast<std::size_t>(i % 2)] - z(i);
        }
        newton.setIdentity();
        real t = from.t;
        std::vector<std::array<real, 2>> relative;
        for (int j = 0; j < s; ++j) {
            const auto here = flow.at(z(2 * j), z(2 * j + 1));
            if (!here) {
                return std::nullopt;
            }
            relative.push_back({flow.relative(here->u[0]), flow.relative(here->u[1])});
            t += h * method.coefficients(s - 1, j) * here->clock;
            for (int i = 0; i < 2 * s; ++i) {
                const auto m = static_cast<std::size_t>(i % 2);
                const real weight = h * method.coefficients(i / 2, j);
                defect(i) += weight * here->residual[m];
                newton(i, 2 * j) -= weight * here->jacobian[m][0];
                newton(i, 2 * j + 1) -= weight * here->jacobian[m][1];
            }
        }
        const vector change = newton.partialPivLu().solve(defect);
        z += change;
        real largest = 0;
        for (int i = 0; i < 2 * s; ++i) {
            const auto j = static_cast<std::size_t>(i / 2);
            const real size = abs(change(i)) * relative[j][static_cast<std::size_t>(i % 2)];
            largest = !(size <= largest) ? size : largest;
        }
        if (largest < 1e-32) {
            return state{{z(2 * s - 2), z(2 * s - 1)}, t};
        }
        if (!(largest < 1e6)) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

struct attempt {
    state end;
    real error;
};

/// Two steps of half the length, and how far one whole step is from them, relative to u and t.
std::optional<attempt> doubled_step(const potential_flow& flow, const radau& method,
                                    const state& from, const real& h) {
    const auto whole = step(flow, method, from, h);
    const auto half = whole ? step(flow, method, from, h / 2) : std::nullopt;
    const auto end = half ? step(flow, method, *half, h / 2) : std::nullopt;
    const auto here = end ? flow.at(*end) : std::nullopt;
    if (!here) {
        return std::nullopt;
    }
    real error = abs(whole->t - end->t) / end->t;
    for (std::size_t m = 0; m < 2; ++m) {
        const real difference = abs(whole->z[m] - end->z[m]) * flow.relative(here->u[m]);
        error = difference > error ? difference : error;
    }
    return attempt{*end, error};
}

/// t where W_m is at half height, 0 < length < h: Newton's method on the length of the step, kept
/// within what is known to be too short and too long.
real crossing(const potential_flow& flow, const radau& method, const state& from, const real& h,
              std::size_t m) {
    real low = 0;
    real high = h;
    real length = h / 2;
    for (int i = 0; i < 200; ++i) {
        const auto tried = doubled_step(flow, method, from, length);
        if (!tried) {
            throw std::runtime_error("no step to the half-height");
        }
        const auto here = flow.at(tried->end);
        const real above = here->weights[m] - flow.half(m);
        (above < 0 ? low : high) = length;
        const real change = above / here->weight_speed[m];
        if (abs(change) * here->clock < 1e-32 * tried->end.t) {
            return tried->end.t - change * here->clock;
        }
        const real next = length - change;
        length = next > low && next < high ? next : (low + high) / 2;
    }
    throw std::runtime_error("no half-height found");
}

struct half_heights {
    std::array<real, 2> t;
    int steps = 0;
};

half_heights solve(const peers::test_case& about, int stages, const real& tolerance) {
    const potential_flow flow(about);
    const radau method(stages);
    state x = flow.start();
    half_heights found{{0, 0}, 0};
    real h = abs(x.z[0]) / 100;
    for (int tried = 0; tried < 20'000; ++tried) {
        const auto done = doubled_step(flow, method, x, h);
        if (!done || done->error > tolerance) {
            h *= done ? 0.7 : 0.5;
            continue;
        }
        ++found.steps;
        const auto before = flow.at(x);
        const auto after = flow.at(done->end);
        for (std::size_t m = 0; m < 2; ++m) {
            if (before->weights[m] < flow.half(m) && after->weights[m] >= flow.half(m)) {
                found.t[m] = crossing(flow, method, x, h, m);
            }
        }
        if (found.t[0] > 0 && found.t[1] > 0) {
            return found;
        }
        x = done->end;
        const real room = pow(tolerance / (done->error + 1e-45), real(1) / (2 * stages));
        h *= room > 3 ? real(3) : real(0.9) * room;
    }
    throw std::runtime_error(about.name + ": too many steps");
}

/// Digits in which two methods of different order and tolerance agree, both times.
double agreement(const half_heights& a, const half_heights& b) {
    real largest = 1e-49;
    for (std::size_t m = 0; m < 2; ++m) {
        const real difference = abs(a.t[m] / b.t[m] - 1);
        largest = !(difference <= largest) ? difference : largest;
    }
    return static_cast<double>(-log10(largest));
}

/// Prints the cases; false if one has fewer than 20 digits that both methods agree on.
bool print(const std::vector<peers::test_case>& cases) {
    bool certain = true;
    std::cout << "case,t_A,t_B,digits\n";
    for (const auto& about : cases) {
        const auto best = solve(about, 10, real("1e-22"));
        const auto check = solve(about, 8, real("1e-21"));
        const double digits = agreement(best, check);
        std::cout << about.name << std::setprecision(30) << ',' << best.t[0] << ',' << best.t[1]
                  << ',' << std::setprecision(3) << digits << std::endl;
        if (!(digits >= 20)) {
            std::cerr << "oracle: " << about.name << ": only " << digits << " digits agree\n";
            certain = false;
        }
    }
    return certain;
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::cerr << "usage: oracle CASES.csv [CASE...]\n";
        return 2;
    }
    try {
        auto cases = count == 2 ? peers::read_cases(words[1]) : std::vector<peers::test_case>{};
        for (int i = 2; i < count; ++i) {
            cases.push_back(peers::read_case(words[1], words[i]));
        }
        return print(cases) ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "oracle: " << error.what() << '\n';
        return 1;
    }
}
