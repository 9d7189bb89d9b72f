// The half-height times of every case to more than 20 digits, by a method that shares nothing with
// the library: Radau collocation of 10 stages in 50-digit numbers.

#include <Eigen/LU>
#include <array>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <optional>
#include <stdexcept>

#include "cases.hpp"
#include "collocation.hpp"
#include "potential_flow.hpp"

namespace {

using peers::matrix;
using peers::potential_flow;
using peers::radau;
using peers::real;
using peers::state;
using peers::vector;

/// The equations of all stages at once: z_i = z + h sum_j a_ij E(z_j), linearised at `stages`.
struct linearised {
    vector defect;    // what the equations are off by
    matrix jacobian;  // of the stages less their right-hand sides
    vector relative;  // relative change of u per change of z
    real t;           // at the end of the step
};

/// Nothing where a stage is out of range.
std::optional<linearised> linearise(const potential_flow& flow, const radau& method,
                                    const state& from, const real& h, const vector& stages) {
    const int s = method.stages();
    linearised system{-stages, matrix::Identity(2 * s, 2 * s), vector(2 * s), from.t};
    for (int j = 0; j < s; ++j) {
        const auto here = flow.at(stages(2 * j), stages(2 * j + 1));
        if (!here) {
            return std::nullopt;
        }
        system.t += h * method.coefficients(s - 1, j) * here->clock;
        for (int m = 0; m < 2; ++m) {
            const auto k = static_cast<std::size_t>(m);
            system.defect(2 * j + m) += from.z[k];
            system.relative(2 * j + m) = flow.relative(here->u[k]);
            for (int i = 0; i < s; ++i) {
                const real weight = h * method.coefficients(i, j);
                system.defect(2 * i + m) += weight * here->residual[k];
                system.jacobian(2 * i + m, 2 * j) -= weight * here->jacobian[k][0];
                system.jacobian(2 * i + m, 2 * j + 1) -= weight * here->jacobian[k][1];
            }
        }
    }
    return system;
}

/// One step of length h by Newton's method from a straight line; nothing if it does not converge.
std::optional<state> step(const potential_flow& flow, const radau& method, const state& from,
                          const real& h) {
    const int s = method.stages();
    const auto first = flow.at(from);
    vector stages(2 * s);
    for (int i = 0; i < 2 * s; ++i) {
        const auto m = static_cast<std::size_t>(i % 2);
        stages(i) = from.z[m] + method.nodes(i / 2) * h * first->residual[m];
    }
    for (int iteration = 0; iteration < 15; ++iteration) {
        const auto system = linearise(flow, method, from, h, stages);
        if (!system) {
            return std::nullopt;
        }
        const vector change = system->jacobian.partialPivLu().solve(system->defect);
        stages += change;
        // A sum, for a maximum may pass over what is not a number.
        const real size = (change.array() * system->relative.array()).abs().sum();
        if (size < 1e-32) {
            return state{{stages(2 * s - 2), stages(2 * s - 1)}, system->t};
        }
        if (!(size < 1e6)) {
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
        if (!done || !(done->error <= tolerance)) {
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
