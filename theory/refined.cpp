#include "theory/refined.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>

#include "data/error.hpp"
#include "theory/partial_solution.hpp"

namespace fusionflow::theory {

namespace {

// A Gram matrix that grows by many orders of magnitude: gram * exp(log_scale).
struct growing_gram {
    Eigen::MatrixXd gram;
    double log_scale = 0;
};

// Growth of the amplitude along the growing (+1) or shrinking (-1) direction, per unit of time.
double growth_rate(double residual, int sign, std::optional<double> learning_rate) {
    if (!learning_rate) {
        return sign * residual;
    }
    // Steps with eta r > 1 flip the shrinking amplitude; its size is what counts.
    return std::log(std::abs(1 + sign * *learning_rate * residual)) / *learning_rate;
}

// Scalar modalities have the same two eigenvectors whatever the residual's sign: in their basis
// growth is diagonal and loses nothing, however far the two amplitudes are apart.
Eigen::MatrixXd basis(Eigen::Index inputs) {
    if (inputs != 1) {
        return Eigen::MatrixXd::Identity(inputs + 1, inputs + 1);
    }
    Eigen::MatrixXd b(2, 2);
    b << 1, -1, 1, 1;
    return b / std::sqrt(2.0);
}

// Eigenvector of K with eigenvalue sign |E|, in that basis.
Eigen::VectorXd eigenvector(const Eigen::VectorXd& residual, int sign) {
    if (residual.size() == 1) {
        return Eigen::VectorXd::Unit(2, (residual(0) > 0) == (sign > 0) ? 0 : 1);
    }
    Eigen::VectorXd g(residual.size() + 1);
    g << sign * residual.normalized(), 1.0;
    return g / std::sqrt(2.0);
}

// Q <- exp(K t) Q exp(K t), or the same with steps; scaled by the growing factor.
void grow(growing_gram& q, const Eigen::VectorXd& residual, double duration,
          std::optional<double> learning_rate) {
    const double rate = residual.norm();
    if (!(rate > 0)) {
        return;
    }
    const double up = growth_rate(rate, +1, learning_rate) * duration;
    const double down = growth_rate(rate, -1, learning_rate) * duration;
    const Eigen::VectorXd plus = eigenvector(residual, +1);
    const Eigen::VectorXd minus = eigenvector(residual, -1);
    const Eigen::MatrixXd on_plus = plus * plus.transpose();
    const Eigen::MatrixXd on_minus = minus * minus.transpose();
    const Eigen::MatrixXd rest =
        Eigen::MatrixXd::Identity(plus.size(), plus.size()) - on_plus - on_minus;
    const Eigen::MatrixXd step = on_plus + std::exp(down - up) * on_minus + std::exp(-up) * rest;
    q.gram = step * q.gram * step;
    q.log_scale += 2 * up;
}

// ln P along the growing direction of the residual; -infinity where there is nothing.
double log_amplitude(const growing_gram& q, const Eigen::VectorXd& residual) {
    const Eigen::VectorXd g = eigenvector(residual, +1);
    const double component = g.dot(q.gram * g) / 2;
    // For vectors a component at rounding level of the matrix is noise; for scalars it is exact.
    const double noise = residual.size() == 1 ? 0 : 1e-14 * q.gram.norm();
    return component > noise ? std::log(component) + q.log_scale : -never;
}

// Time until a logistic growth from ln P reaches half of `height`; zero if it is above it already.
double time_to_half(double log_p, double height, double rate) {
    const double gap = std::log(height) - log_p;
    if (!(gap > std::log(2.0))) {
        return 0;
    }
    return (gap + std::log1p(-std::exp(-gap))) / (2 * rate);
}

// How the learned modalities give way while another rises along its direction: W_k = start - a
// slope, for a = |W_m| from 0 to half of its height.
struct yielding {
    std::vector<Eigen::VectorXd> starts;
    std::vector<Eigen::VectorXd> slopes;
};

yielding give_way(const data::moments& moments, const partial_solution& before,
                  const partial_solution& after, int m) {
    const double height = moments.part(after.weights, m).norm();
    yielding y;
    for (const int k : before.learned) {
        const Eigen::VectorXd start = moments.part(before.weights, k);
        if (start.norm() > 0) {
            y.starts.push_back(start);
            y.slopes.emplace_back((start - moments.part(after.weights, k)) / height);
        }
    }
    return y;
}

// True where some learned modality would have to pass (nearly) through zero: it cannot follow then.
bool blocked(const yielding& y, double half) {
    for (std::size_t k = 0; k < y.starts.size(); ++k) {
        const double steepness = y.slopes[k].squaredNorm();
        const double closest =
            steepness > 0 ? std::clamp(y.starts[k].dot(y.slopes[k]) / steepness, 0.0, half) : 0;
        if (!((y.starts[k] - closest * y.slopes[k]).norm() > 0.01 * y.starts[k].norm())) {
            return true;
        }
    }
    return false;
}

// What it costs the rising modality that the learned ones follow with a lag E_k = M_k^-1 dW_k/dt,
// M_k = |W_k| (I + W_k W_k^T/|W_k|^2):  1/(2r) int_0^(h/2) 2 sum_k slope M_k^-1 slope / (1 - a/h)
// da.
double lag_time(const yielding& y, double height, double rate) {
    const auto integrand = [&](double a) {
        double sum = 0;
        for (std::size_t k = 0; k < y.starts.size(); ++k) {
            const Eigen::VectorXd w = y.starts[k] - a * y.slopes[k];
            const double along = w.normalized().dot(y.slopes[k]);
            sum += (y.slopes[k].squaredNorm() - along * along / 2) / w.norm();
        }
        return sum / (rate * (1 - a / height));
    };
    return boost::math::quadrature::gauss_kronrod<double, 15>::integrate(integrand, 0.0, height / 2,
                                                                         8, 1e-10);
}

// Time until modality m is learned if nothing else happens before; `never` if it does not grow.
double wait_for(const data::moments& moments, const partial_solution& saddle,
                const growing_gram& mode, int m, std::optional<double> learning_rate) {
    const Eigen::VectorXd residual = moments.part(saddle.residual, m);
    const auto after = solve_partial(moments, data::with(saddle.learned, m));
    const double height = moments.part(after.weights, m).norm();
    if (data::contains(saddle.learned, m) || !(residual.norm() > 0) || !(height > 0)) {
        return never;
    }
    const double rate = growth_rate(residual.norm(), +1, learning_rate);
    const double wait = time_to_half(log_amplitude(mode, residual), height, rate);
    const yielding y = give_way(moments, saddle, after, m);
    return wait > 0 && !blocked(y, height / 2) ? wait + lag_time(y, height, rate) : wait;
}

}  // namespace

std::optional<learning> refined_two_layer(const data::moments& moments, const architecture& arch,
                                          const std::vector<Eigen::MatrixXd>& grams,
                                          std::optional<double> learning_rate) {
    arch.match(moments);
    if (learning_rate && !(*learning_rate > 0 && std::isfinite(*learning_rate))) {
        throw data::input_error("learning-rate",
                                fmt::format("need finite eta > 0, got {}", *learning_rate));
    }
    if (!arch.two_layer_late()) {
        return std::nullopt;
    }
    std::vector<growing_gram> modes;
    for (const auto& gram : grams) {
        const Eigen::MatrixXd b = basis(gram.rows() - 1);
        modes.push_back({b.transpose() * gram * b, 0});
    }
    learning result;
    result.times.assign(modes.size(), never);
    double time = 0;
    partial_solution saddle = solve_partial(moments, {});
    while (std::ssize(saddle.learned) < moments.count()) {
        std::vector<double> waits(modes.size(), never);
        for (int m = 0; m < moments.count(); ++m) {
            const auto i = static_cast<std::size_t>(m);
            waits[i] = wait_for(moments, saddle, modes[i], m, learning_rate);
        }
        const double wait = *std::min_element(waits.begin(), waits.end());
        if (std::isinf(wait)) {
            const bool left = saddle.residual.norm() > 0;
            result.ended = left ? outcome::sign_reversal : outcome::permanent_bias;
            break;
        }
        time += wait;
        data::modality_set learned = saddle.learned;
        for (int m = 0; m < moments.count(); ++m) {
            const auto i = static_cast<std::size_t>(m);
            grow(modes[i], moments.part(saddle.residual, m), wait, learning_rate);
            if (waits[i] <= wait * (1 + 1e-12)) {
                learned = data::with(learned, m);
                result.times[i] = time;
            }
        }
        saddle = solve_partial(moments, learned);
    }
    result.phases = phases_from_times(result.times);
    return result;
}

}  // namespace fusionflow::theory
