#include "fusionflow/theory/race/turning.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

namespace fusionflow::theory {

namespace {

// F_n of an angle of at most pi/2, with z = sin^2 theta.
double factor_ahead(int n, double cosine, double z) {
    if (z <= 0.5) {
        // cos theta 2F1(1, (n-1)/2; n/2; z): all terms are positive, and each is less than z times
        // the one before it.
        double term = 1;
        double sum = 1;
        for (int k = 0; term > std::numeric_limits<double>::epsilon() * sum / 4; ++k) {
            term *= z * (n - 1 + 2 * k) / (n + 2 * k);
            sum += term;
        }
        return cosine * sum;
    }
    // (n-2) z^(1-n/2) B(z; n/2 - 1, 1/2) / 2; near pi/2, where z does not resolve the angle, by the
    // cosine.
    const double a = n / 2.0 - 1;
    const double part = z < 0.9 ? boost::math::beta(a, 0.5, z)
                                : boost::math::beta(a, 0.5) -
                                      boost::math::beta(0.5, a, std::min(1.0, cosine * cosine));
    return a * std::pow(z, -a) * part;
}

double factor(int n, double cosine, double z) {
    const double ahead = factor_ahead(n, std::abs(cosine), std::min(z, 1.0));
    if (cosine >= 0) {
        return ahead;
    }
    // The integral of sin^(n-3) up to theta is that up to pi less that up to pi - theta.
    const double a = n / 2.0 - 1;
    return 2 * a * std::pow(z, -a) * boost::math::beta(a, 0.5) - ahead;
}

struct angle {
    double cosine;
    double sine;
};

// The angle theta with ln tan(theta/2) = y.
angle angle_of(double y) {
    const double sine = 1 / std::cosh(y);
    return {-std::tanh(y), sine};
}

// ln (F_n sin^(n-2)): up to a constant, that of the potential times F_n at fixed u sin theta.
double log_potential(int n, const angle& at) {
    return std::log(factor(n, at.cosine, at.sine * at.sine)) + (n - 2) * std::log(at.sine);
}

// The angle at which the part `left` of the potential is left.
angle turned(int n, const angle& from, double left) {
    const double y = std::log(from.sine) - std::log1p(from.cosine);  // ln tan(theta/2)
    const double wanted = log_potential(n, from) + std::log(left);
    // The slope of log_potential by y is (n-2)/F_n <= n - 2.
    const auto excess = [&](double at) { return log_potential(n, angle_of(at)) - wanted; };
    const double high_excess = excess(y);
    if (!(high_excess > 0)) {
        return angle_of(y);
    }
    double low = y + std::log(left) / (n - 2);
    double low_excess = excess(low);
    for (double reach = 1; low_excess > 0; reach *= 2) {
        low -= reach;
        low_excess = excess(low);
    }
    std::uintmax_t iterations = 200;
    const auto [a, b] = boost::math::tools::toms748_solve(
        excess, low, y, low_excess, high_excess, boost::math::tools::eps_tolerance<double>(51),
        iterations);
    return angle_of(a + (b - a) / 2);
}

}  // namespace

template <>
double turning_factor(int n, const double& cosine, const double& sine_square) {
    return sine_square > 0 ? factor(n, cosine, sine_square)
                           : (cosine > 0 ? 1.0 : std::numeric_limits<double>::infinity());
}

// The slope is that of the integral over x, which is smooth where the angle is not.
template <>
dual turning_factor(int n, const dual& cosine, const dual& sine_square) {
    const double c = value_of(cosine);
    const double z = value_of(sine_square);
    const double slope = -(n - 2) * slope_of(cosine) - (n - 2) * (n - 1) / (2.0 * n) *
                                                           turning_factor(n + 2, c, z) *
                                                           slope_of(sine_square);
    return make_dual(turning_factor(n, c, z), slope);
}

template <>
double turned_part(int n, const double& cosine, const double& sine_square, const double& left) {
    constexpr double straight = 1e-30;  // up to this z is rounding beside the part along E
    if (!(sine_square > straight)) {
        return cosine > 0 ? std::pow(left, -1.0 / (n - 2)) : cosine;
    }
    const double sine = std::sqrt(sine_square);
    const angle to = turned(n, {cosine, sine}, left);
    return sine * to.cosine / to.sine;
}

// The slope is implicit in int dx (x^2 + z)^(-(n-1)/2) = (1 - left) F_n / (n-2), integrated from
// cos theta to the turned part.
template <>
dual turned_part(int n, const dual& cosine, const dual& sine_square, const dual& left) {
    const double c = value_of(cosine);
    const double z = value_of(sine_square);
    const double x = turned_part(n, c, z, value_of(left));
    const double norm = std::hypot(x, std::sqrt(z));
    const double later_factor =
        turning_factor(n + 2, x / norm, z / (norm * norm)) * std::pow(norm, -n);
    const double by_square =
        (n - 1) / (2.0 * n) * (turning_factor(n + 2, c, z) - later_factor) * slope_of(sine_square);
    const dual whole = turning_factor(n, cosine, sine_square);
    const dual gone = (dual(1.0) - left) * whole / double(n - 2);
    const double speed = std::pow(norm, n - 1);
    return make_dual(x, speed * (slope_of(cosine) + by_square + slope_of(gone)));
}

}  // namespace fusionflow::theory
