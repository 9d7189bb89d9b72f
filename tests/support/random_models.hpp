#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

// Models of every kind that the program takes, drawn from a seed: well-behaved ones and extremes.
namespace fusionflow::tests {

struct random_model {
    data::moments moments;
    theory::architecture architecture;
    theory::initialisation init;
    double rtol = 1e-9;
};

/// Uniform numbers from the project's own normal ones, so that they are the same everywhere.
class uniform_source {
public:
    explicit uniform_source(std::uint64_t seed) : normal_(seed) {}

    [[nodiscard]] double normal() { return normal_.normal(); }
    [[nodiscard]] double real(double from, double to) {
        return from + (to - from) * 0.5 * std::erfc(-normal_.normal() / std::sqrt(2.0));
    }
    [[nodiscard]] int below(int n) { return std::min(n - 1, static_cast<int>(real(0, n))); }
    [[nodiscard]] bool one_in(int n) { return below(n) == 0; }

private:
    data::random_source normal_;
};

enum class covariance_kind {
    mild,            ///< Wishart, standard deviations within a factor of ten
    uncorrelated,    ///< diagonal
    ties,            ///< equal correlations, equal variances, equal target weights
    nearly_singular  ///< two inputs the same, or the same to 1e-9
};

inline Eigen::MatrixXd random_covariance(uniform_source& random, int dimension,
                                         covariance_kind kind, bool extreme) {
    if (kind == covariance_kind::ties) {
        const double lowest = dimension > 1 ? -0.99 / (dimension - 1) : -0.99;
        Eigen::MatrixXd sigma =
            Eigen::MatrixXd::Constant(dimension, dimension, random.real(lowest, 0.99));
        sigma.diagonal().setOnes();
        return sigma;
    }
    Eigen::MatrixXd factor(dimension, random.one_in(2) ? dimension : 2 * dimension);
    for (double& entry : factor.reshaped()) {
        entry = random.normal();
    }
    if (kind == covariance_kind::nearly_singular && dimension > 1) {
        factor.row(1) = factor.row(0) * (random.one_in(2) ? 1.0 : 1.0 + 1e-9);
    }
    Eigen::MatrixXd sigma = factor * factor.transpose() / static_cast<double>(factor.cols());
    if (kind == covariance_kind::uncorrelated) {
        sigma.setIdentity();
    }
    Eigen::VectorXd deviation(dimension);
    for (double& sd : deviation) {
        sd = std::pow(10, extreme ? random.real(-3, 3) : random.real(-0.5, 0.5));
    }
    sigma = deviation.asDiagonal() * sigma * deviation.asDiagonal();
    return (sigma + sigma.transpose()) / 2;
}

inline data::moments random_data(uniform_source& random, bool vectors) {
    std::vector<int> dims(static_cast<std::size_t>(1 + random.below(6)));
    std::vector<std::string> names;
    int dimension = 0;
    for (int& dim : dims) {
        dim = vectors ? 1 + random.below(3) : 1;
        dimension += dim;
        names.push_back(std::string(1, static_cast<char>('A' + names.size())));
    }
    const auto kind = static_cast<covariance_kind>(random.below(4));
    const bool extreme = random.one_in(3);
    const Eigen::MatrixXd sigma = random_covariance(random, dimension, kind, extreme);
    Eigen::VectorXd target(dimension);
    for (Eigen::Index i = 0; i < dimension; ++i) {
        const bool scaled = extreme && random.one_in(2);
        target(i) = random.one_in(6) ? 0 : random.normal() / (scaled ? std::sqrt(sigma(i, i)) : 1);
    }
    if (kind == covariance_kind::ties) {
        target.setOnes();
    }
    const Eigen::VectorXd correlation = sigma * target;
    // Noise enough for rounding to leave <y^2> above what is explained.
    const double power = target.dot(correlation) * (1 + 1e-6) + (random.one_in(2) ? 0.1 : 1e-12);
    return {names, dims, sigma, correlation, power};
}

inline random_model draw_model(std::uint64_t seed) {
    uniform_source random(seed);
    data::moments moments = random_data(random, random.one_in(4));
    std::vector<int> branches(static_cast<std::size_t>(moments.count()), 1 + random.below(5));
    if (random.one_in(2)) {
        for (int& n : branches) {
            n = 1 + random.below(5);
        }
    }
    if (random.one_in(30)) {
        std::fill(branches.begin(), branches.end(), 10 + random.below(10));
    }
    theory::initialisation init;
    init.u0 = std::pow(10, random.real(random.one_in(3) ? -12 : -4, -0.3));
    if (random.one_in(50)) {
        init.u0 = std::pow(10, random.real(-100, -12));
    }
    if (random.one_in(5)) {
        for (int m = 0; m < moments.count(); ++m) {
            init.branch_norms.push_back(init.u0 * std::pow(10, random.real(-1, 0.3)));
        }
    }
    if (random.one_in(5)) {
        init.trunk_excess = init.u0 * init.u0 * random.real(0, 3);
    }
    const double rtol = std::pow(10, -3 - random.below(8));
    return {std::move(moments), theory::architecture(branches, random.below(5)), init, rtol};
}

}  // namespace fusionflow::tests
