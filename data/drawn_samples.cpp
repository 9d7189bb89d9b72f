#include "fusionflow/data/drawn_samples.hpp"

#include <cmath>

#include "fusionflow/data/need.hpp"
#include "fusionflow/data/random.hpp"

namespace fusionflow::data {

namespace {

void check_count(long count, long multiple) {
    need(count >= multiple && count <= most_samples, "samples", "need {} ... {}, got {}", multiple,
         most_samples, count);
    need(count % multiple == 0, "samples", "need a multiple of {}, got {}", multiple, count);
}

}  // namespace

samples draw_toy_samples(const toy_options& options, long count, std::uint64_t seed,
                         bool symmetrised) {
    options.validate();
    check_count(count, symmetrised ? 2 : 1);
    random_source random(seed);
    const double own = std::sqrt((1 - options.rho) * (1 + options.rho));
    Eigen::MatrixXd inputs(count, 2);
    Eigen::VectorXd targets(count);
    const long drawn = symmetrised ? count / 2 : count;
    for (long i = 0; i < drawn; ++i) {
        const double b = random.normal();
        const double a = options.ratio * (options.rho * b + own * random.normal());
        const double noise = options.noise * random.normal();
        inputs.row(i) << a, b;
        targets(i) = options.target_weights[0] * a + options.target_weights[1] * b + noise;
    }
    if (symmetrised) {
        inputs.bottomRows(drawn) = -inputs.topRows(drawn);
        targets.tail(drawn) = -targets.head(drawn);
    }
    return {{"A", "B"}, {1, 1}, std::move(inputs), std::move(targets)};
}

samples draw_xor_samples(long count, double variance, std::uint64_t seed) {
    check_count(count, 8);
    need(variance > 0 && std::isfinite(variance), "variance", "need finite v > 0, got {}",
         variance);
    random_source random(seed);
    const long drawn = count / 8;
    Eigen::VectorXd linear = random.normal_matrix(drawn, 1, 1);
    linear *= std::sqrt(variance * static_cast<double>(drawn)) / linear.norm();
    Eigen::MatrixXd inputs(count, 3);
    Eigen::MatrixXd features(count, 2);
    for (long i = 0; i < count; ++i) {
        const double first = i % 2 == 0 ? 1 : -1;
        const double second = i / 2 % 2 == 0 ? 1 : -1;
        const double b = (i / 4 % 2 == 0 ? 1 : -1) * linear(i / 8);
        inputs.row(i) << first, second, b;
        features.row(i) << -first * second, b;
    }
    const Eigen::VectorXd targets = features.rowwise().sum();
    return {{"A", "B"}, {2, 1}, std::move(inputs), targets, {1, 1}, std::move(features)};
}

}  // namespace fusionflow::data
