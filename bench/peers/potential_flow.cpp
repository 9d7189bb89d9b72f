#include "potential_flow.hpp"

namespace peers {

potential_flow::potential_flow(const test_case& about)
    : n_(about.fusion), p_(about.depth - about.fusion), u0_(about.u0) {
    const real rho(about.rho);
    const real kappa(about.kappa);
    sigma_ = {{{kappa * kappa, rho * kappa}, {rho * kappa, 1}}};
    s_ = {kappa * kappa + rho * kappa, 1 + rho * kappa};
    half_ = {n_ == 1 ? real(0.5) : (1 + rho / kappa) / 2, real(0.5)};
}

state potential_flow::start() const {
    const real z = n_ == 1 ? u0_ : n_ == 2 ? log(u0_) : -pow(u0_, 2 - n_) / (n_ - 2);
    return {{z, z}, 0};
}

std::optional<flow_point> potential_flow::at(const real& z_a, const real& z_b) const {
    if (n_ != 2 && !(n_ == 1 ? z_a > 0 && z_b > 0 : z_a < 0 && z_b < 0)) {
        return std::nullopt;
    }
    flow_point here;
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
        here.residual[m] = s_[m] - here.weights[0] * sigma_[0][m] - here.weights[1] * sigma_[1][m];
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

real potential_flow::norm(const real& z) const {
    return n_ == 1 ? z : n_ == 2 ? exp(z) : pow((2 - n_) * z, real(1) / (2 - n_));
}

}  // namespace peers
