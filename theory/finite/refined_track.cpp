#include "fusionflow/theory/finite/refined_track.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::theory {

namespace {

// A Gram matrix that grows by many orders of magnitude: gram * exp(log_scale).
template <typename Number>
struct growing_gram {
    matrix_of<Number> gram;
    Number log_scale = 0;
};

// Growth of the amplitude along the growing (+1) or shrinking (-1) direction, per unit of time.
template <typename Number>
Number growth_rate(const Number& residual, int sign, const std::optional<Number>& learning_rate) {
    using std::abs;
    using std::log;
    if (!learning_rate) {
        return sign * residual;
    }
    // Steps with eta r > 1 flip the shrinking amplitude; its size is what counts.
    return log(abs(Number(1 + sign * *learning_rate * residual))) / *learning_rate;
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

// Eigenvector of K = [[0, E^T], [E, 0]] with eigenvalue sign |E|, in coordinates of basis().
template <typename Number>
vector_of<Number> eigenvector(const vector_of<Number>& residual, int sign) {
    if (residual.size() == 1) {
        return vector_of<Number>::Unit(2, (residual(0) > 0) == (sign > 0) ? 0 : 1);
    }
    vector_of<Number> g(residual.size() + 1);
    g << Number(sign) * residual.normalized(), Number(1.0);
    return g / Number(std::sqrt(2.0));
}

// Q <- exp(K t) Q exp(K t), or the same with steps of descent; log_scale takes the growing factor.
template <typename Number>
void grow(growing_gram<Number>& q, const vector_of<Number>& residual, const Number& duration,
          const std::optional<Number>& learning_rate) {
    using std::exp;
    const Number rate = norm_of(residual);
    if (!(rate > 0)) {
        return;
    }
    const Number up = growth_rate(rate, +1, learning_rate) * duration;
    const Number down = growth_rate(rate, -1, learning_rate) * duration;
    const vector_of<Number> plus = eigenvector(residual, +1);
    const vector_of<Number> minus = eigenvector(residual, -1);
    const matrix_of<Number> on_plus = plus * plus.transpose();
    const matrix_of<Number> on_minus = minus * minus.transpose();
    const matrix_of<Number> rest =
        matrix_of<Number>::Identity(plus.size(), plus.size()) - on_plus - on_minus;
    const matrix_of<Number> step =
        on_plus + Number(exp(down - up)) * on_minus + Number(exp(-up)) * rest;
    q.gram = step * q.gram * step;
    q.log_scale += 2 * up;
}

// ln P along the growing direction of the residual; -infinity where there is nothing.
template <typename Number>
Number log_amplitude(const growing_gram<Number>& q, const vector_of<Number>& residual) {
    using std::log;
    const vector_of<Number> g = eigenvector(residual, +1);
    const Number component = g.dot(q.gram * g) / 2;
    // For vectors a component at rounding level of the matrix is noise; for scalars it is exact.
    const double noise = residual.size() == 1 ? 0 : 1e-14 * value_of(Number(q.gram.norm()));
    return component > noise ? Number(log(component) + q.log_scale) : Number(-never);
}

// Time until logistic growth from ln P reaches its level, learned_part of `height`; zero if P is
// above it already (pass() tells a modality that was above at the start from one that got there
// while it waited).
template <typename Number>
Number time_to_level(const Number& log_p, const Number& height, const Number& rate) {
    using std::exp;
    using std::log;
    const Number gap = log(height) - log_p;
    if (!(gap > -std::log(learned_part))) {
        return 0;
    }
    const double odds = std::log(learned_part / (1 - learned_part));
    return (gap + log_one_plus(Number(-exp(-gap))) + odds) / (2 * rate);
}

// How the learned modalities give way while another rises along its direction:
// W_k = start - a slope, for a = |W_m| from 0 to its level.
template <typename Number>
struct yielding {
    std::vector<vector_of<Number>> starts;
    std::vector<vector_of<Number>> slopes;
};

template <typename Number>
yielding<Number> give_way(const data::moments& moments, const data::modality_set& learned,
                          const vector_of<Number>& before, const vector_of<Number>& after,
                          const Number& height) {
    yielding<Number> y;
    for (const int k : learned) {
        const vector_of<Number> start = moments.part(before, k);
        if (norm_of(start) > 0) {
            y.starts.push_back(start);
            y.slopes.emplace_back((start - moments.part(after, k)) / height);
        }
    }
    return y;
}

// True where some learned modality would have to pass (nearly) through zero: it cannot follow then.
template <typename Number>
bool blocked(const yielding<Number>& y, double to) {
    for (std::size_t k = 0; k < y.starts.size(); ++k) {
        const Eigen::VectorXd start = values_of(y.starts[k]);
        const Eigen::VectorXd slope = values_of(y.slopes[k]);
        const double steepness = slope.squaredNorm();
        const double closest =
            steepness > 0 ? std::clamp(start.dot(slope) / steepness, 0.0, to) : 0;
        if (!((start - closest * slope).norm() > 0.01 * start.norm())) {
            return true;
        }
    }
    return false;
}

template <typename Function>
double refined_integral(const Function& f, double end) {
    return boost::math::quadrature::gauss_kronrod<double, 15>::integrate(f, 0.0, end, 8, 1e-10);
}

// For dual numbers the end of the integral moves too.
template <typename Function>
dual refined_integral(const Function& f, const dual& end) {
    const auto value = [&](double a) { return value_of(f(a)); };
    const auto slope = [&](double a) { return slope_of(f(a)); };
    const double to = value_of(end);
    return make_dual(refined_integral(value, to),
                     refined_integral(slope, to) + value(to) * slope_of(end));
}

// The delay of the rising modality: the learned ones follow it with a lag E_k = M_k^-1 dW_k/dt,
// M_k = |W_k| (I + W_k W_k^T/|W_k|^2). It lasts
// 1/r int_0^level sum_k slope M_k^-1 slope / (1 - a/h) da.
template <typename Number>
Number lag_time(const yielding<Number>& y, const Number& height, const Number& rate) {
    const auto integrand = [&](double a) -> Number {
        Number sum = 0;
        for (std::size_t k = 0; k < y.starts.size(); ++k) {
            const vector_of<Number> w = y.starts[k] - Number(a) * y.slopes[k];
            const Number along = w.normalized().dot(y.slopes[k]);
            sum += (y.slopes[k].squaredNorm() - along * along / 2) / w.norm();
        }
        return sum / (rate * (1 - a / height));
    };
    return refined_integral(integrand, Number(height * learned_part));
}

template <typename Number>
class waiting_room {
public:
    waiting_room(const data::moments& moments, const std::vector<matrix_of<Number>>& grams,
                 double log_scale, std::optional<Number> learning_rate, const variation* change)
        : moments_(moments), learning_rate_(std::move(learning_rate)), change_(change) {
        for (const auto& gram : grams) {
            const matrix_of<Number> b = basis(gram.rows() - 1).template cast<Number>();
            modes_.push_back({b.transpose() * gram * b, log_scale});
        }
        stand_at({});
    }
    refined_times<Number> run();

private:
    [[nodiscard]] vector_of<Number> residual(int m) const {
        return moments_.part(standing_.residual, m);
    }
    [[nodiscard]] saddle_numbers<Number> numbers(const partial_solution& saddle) const {
        return numbers_at<Number>(moments_, saddle, change_, 0);
    }
    void stand_at(const data::modality_set& learned) {
        saddle_ = solve_partial(moments_, learned);
        standing_ = numbers(saddle_);
    }
    [[nodiscard]] Number wait_for(int m) const;
    [[nodiscard]] level level_of(int m) const;
    [[nodiscard]] data::modality_set pass(const std::vector<Number>& waits, const Number& wait,
                                          refined_times<Number>& result);

    const data::moments& moments_;
    std::optional<Number> learning_rate_;
    const variation* change_;
    std::vector<growing_gram<Number>> modes_;
    partial_solution saddle_;
    saddle_numbers<Number> standing_;
    Number time_ = 0;
};

// Time until modality m is learned if nothing else happens before; `never` if it does not grow.
template <typename Number>
Number waiting_room<Number>::wait_for(int m) const {
    const vector_of<Number> pull = residual(m);
    const vector_of<Number> after =
        numbers(solve_partial(moments_, data::with(saddle_.learned, m))).weights;
    const Number height = norm_of(vector_of<Number>(moments_.part(after, m)));
    const Number strength = norm_of(pull);
    if (data::contains(saddle_.learned, m) || !(strength > 0) || !(height > 0)) {
        return never;
    }
    const Number rate = growth_rate(strength, +1, learning_rate_);
    const Number log_p = log_amplitude(modes_[static_cast<std::size_t>(m)], pull);
    const Number wait = time_to_level(log_p, height, rate);
    const auto y = give_way<Number>(moments_, saddle_.learned, standing_.weights, after, height);
    return wait > 0 && !blocked(y, value_of(height) * learned_part)
               ? Number(wait + lag_time(y, height, rate))
               : wait;
}

// Lets the time `wait` pass, and returns the modalities that are learned then.
template <typename Number>
data::modality_set waiting_room<Number>::pass(const std::vector<Number>& waits, const Number& wait,
                                              refined_times<Number>& result) {
    time_ += wait;
    data::modality_set learned = saddle_.learned;
    for (int m = 0; m < moments_.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        grow(modes_[i], residual(m), wait, learning_rate_);
        if (!(waits[i] <= wait * (1 + clock_tie))) {
            continue;
        }
        learned = data::with(learned, m);
        result.times[i] = time_;
        if (!(time_ > 0)) {
            result.times[i] = std::numeric_limits<double>::quiet_NaN();
            const auto place = std::ranges::lower_bound(result.above, m) - result.above.begin();
            result.levels.insert(result.levels.begin() + place, level_of(m));
            result.above = data::with(std::move(result.above), m);
        }
    }
    return learned;
}

template <typename Number>
level waiting_room<Number>::level_of(int m) const {
    data::modality_set saddle = data::with(saddle_.learned, m);
    const double norm = moments_.part(solve_partial(moments_, saddle).weights, m).norm();
    return {norm * learned_part, std::move(saddle)};
}

template <typename Number>
refined_times<Number> waiting_room<Number>::run() {
    refined_times<Number> result;
    result.times.assign(modes_.size(), never);
    while (std::ssize(saddle_.learned) < moments_.count()) {
        std::vector<Number> waits(modes_.size(), never);
        for (int m = 0; m < moments_.count(); ++m) {
            waits[static_cast<std::size_t>(m)] = wait_for(m);
        }
        Number wait = *std::min_element(waits.begin(), waits.end());
        if (std::isinf(value_of(wait))) {
            const bool left = saddle_.residual.norm() > 0;
            result.ended = left ? outcome::sign_reversal : outcome::permanent_bias;
            break;
        }
        for (const Number& other : waits) {
            wait = other <= wait * (1 + clock_tie) ? tied(wait, other) : wait;
        }
        stand_at(pass(waits, wait, result));
    }
    return result;
}

}  // namespace

template <typename Number>
refined_times<Number> refined_track(const data::moments& moments,
                                    const std::vector<matrix_of<Number>>& grams, double log_scale,
                                    const std::optional<Number>& learning_rate,
                                    const variation* change) {
    return waiting_room<Number>(moments, grams, log_scale, learning_rate, change).run();
}

template refined_times<double> refined_track(const data::moments&,
                                             const std::vector<matrix_of<double>>&, double,
                                             const std::optional<double>&, const variation*);
template refined_times<dual> refined_track(const data::moments&,
                                           const std::vector<matrix_of<dual>>&, double,
                                           const std::optional<dual>&, const variation*);

}  // namespace fusionflow::theory
