#include "log_flow.hpp"

#include <cmath>

namespace peers {

log_flow::log_flow(const test_case& about) : n_(about.fusion), p_(about.depth - about.fusion) {
    const double rho = std::stod(about.rho);
    const double kappa = std::stod(about.kappa);
    const double u0 = std::stod(about.u0);
    sigma_[0][0] = kappa * kappa;
    sigma_[0][1] = sigma_[1][0] = rho * kappa;
    sigma_[1][1] = 1;
    s_[0] = kappa * kappa + rho * kappa;
    s_[1] = 1 + rho * kappa;
    // Early fusion has no saddle in between: half of the final value, 1, for both.
    half_[0] = n_ == 1 ? 0.5 : (1 + rho / kappa) / 2;
    half_[1] = 0.5;
    start_ = {std::log(u0), std::log(u0)};
    horizon_ = 20 * power(u0, 2 - about.depth) * std::log(1 / u0);
}

log_flow::point log_flow::at(const double* v) const {
    point here{};
    const double u[2] = {std::exp(v[0]), std::exp(v[1])};
    here.square_a = u[0] * u[0];
    here.square_b = u[1] * u[1];
    const double square = here.square_a + here.square_b;
    const double trunk = p_ % 2 == 0 ? power(square, p_ / 2) : power(std::sqrt(square), p_);
    here.speed[0] = power(u[0], n_ - 2) * trunk;
    here.speed[1] = power(u[1], n_ - 2) * trunk;
    here.weights[0] = here.speed[0] * here.square_a;
    here.weights[1] = here.speed[1] * here.square_b;
    for (int m = 0; m < 2; ++m) {
        here.residual[m] = s_[m] - here.weights[0] * sigma_[0][m] - here.weights[1] * sigma_[1][m];
    }
    return here;
}

void log_flow::jacobian(const double* v, std::array<std::array<double, 2>, 2>& jacobian) const {
    const point here = at(v);
    const double square = here.square_a + here.square_b;
    const double trunk[2] = {p_ * here.square_a / square, p_ * here.square_b / square};
    for (std::size_t k = 0; k < 2; ++k) {
        const double by_a = here.weights[0] * (trunk[k] + (k == 0 ? n_ : 0));  // dW_A/dv_k
        const double by_b = here.weights[1] * (trunk[k] + (k == 1 ? n_ : 0));
        for (std::size_t m = 0; m < 2; ++m) {
            const double residual = -by_a * sigma_[0][m] - by_b * sigma_[1][m];  // dE_m/dv_k
            const double growth = trunk[k] + (m == k ? n_ - 2 : 0);
            jacobian[m][k] = here.speed[m] * (growth * here.residual[m] + residual);
        }
    }
}

}  // namespace peers
