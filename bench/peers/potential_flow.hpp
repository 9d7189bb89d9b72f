#pragma once

#include <array>
#include <optional>

#include "cases.hpp"
#include "collocation.hpp"

namespace peers {

struct state {
    std::array<real, 2> z;
    real t;
};

/// What the equations need to know at a point.
struct flow_point {
    std::array<real, 2> u;
    std::array<real, 2> weights;                  // W
    std::array<real, 2> residual;                 // E, which is dz/dc
    std::array<std::array<real, 2>, 2> jacobian;  // dE_m/dz_k
    std::array<real, 2> weight_speed;             // dW_m/dc
    real clock;                                   // dt/dc
};

/// The reduced flow of a case in the potential z (dz = u^{1-n} du) and the fusion clock c
/// (dc = u_f^p dt):
///
///     dz_m/dc = E_m = s_m - (W Sigma)_m,   dt/dc = u_f^{-p}
///
/// A waiting modality is a straight line here, so a plateau of 1e11 units takes a few steps. What
/// has been learned relaxes at a rate of about 1 meanwhile, which holds no L-stable method up.
class potential_flow {
public:
    explicit potential_flow(const test_case& about);

    [[nodiscard]] state start() const;
    /// Half of what W_m is at the saddle it reaches; early fusion: half of the final value.
    [[nodiscard]] const real& half(std::size_t m) const { return half_[m]; }
    /// Relative change of u_m per change of z_m.
    [[nodiscard]] real relative(const real& u) const { return pow(u, n_ - 2); }

    /// Nothing where z belongs to no u: beyond infinite weights.
    [[nodiscard]] std::optional<flow_point> at(const real& z_a, const real& z_b) const;
    [[nodiscard]] std::optional<flow_point> at(const state& x) const { return at(x.z[0], x.z[1]); }

private:
    [[nodiscard]] real norm(const real& z) const;

    int n_;
    int p_;
    real u0_;
    std::array<std::array<real, 2>, 2> sigma_;
    std::array<real, 2> s_;
    std::array<real, 2> half_;
};

}  // namespace peers
