#include "fusionflow/theory/race/weight_decay.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/data/need.hpp"
#include "fusionflow/theory/race/phase_time.hpp"

namespace fusionflow::theory {

namespace {

constexpr int most_decay_rounds = 20'000;
constexpr double unchanged = 1e-13;  // relative change in a round that is rounding
constexpr double gone = 1e-9;        // a norm below this part of that without decay goes to zero

// The minimum of the loss plus k_m |W_m|^2 / 2; zero where the pull is infinite.
Eigen::VectorXd pulled_weights(const data::moments& moments, const Eigen::VectorXd& pulls) {
    Eigen::MatrixXd pulled = moments.covariance();
    Eigen::VectorXd correlation = moments.correlation();
    for (int m = 0; m < moments.count(); ++m) {
        const int at = moments.offset(m);
        const int dim = moments.dim(m);
        if (std::isfinite(pulls(m))) {
            pulled.diagonal().segment(at, dim).array() += pulls(m);
        } else {
            pulled.middleRows(at, dim).setZero();
            pulled.middleCols(at, dim).setZero();
            pulled.diagonal().segment(at, dim).setOnes();
            correlation.segment(at, dim).setZero();
        }
    }
    return pulled.llt().solve(correlation);  // no pivots: the result does not depend on units
}

Eigen::VectorXd norms_of(const data::moments& moments, const Eigen::VectorXd& weights) {
    Eigen::VectorXd norms(moments.count());
    for (int m = 0; m < moments.count(); ++m) {
        norms(m) = moments.part(weights, m).norm();
    }
    return norms;
}

}  // namespace

void check_weight_decay(double lambda) {
    data::need(lambda >= 0 && std::isfinite(lambda), "weight-decay",
               "need finite lambda >= 0, got {}", lambda);
}

Eigen::VectorXd decay_pulls(const architecture& arch, const Eigen::VectorXd& norms, double lambda) {
    std::vector<int> branches;
    std::vector<double> weights;
    for (int m = 0; m < arch.count(); ++m) {
        if (norms(m) > 0) {
            branches.push_back(arch.branch(m));
            weights.push_back(norms(m));
        }
    }
    const double trunk =
        arch.shared() == 0 || weights.empty()
            ? 1
            : std::pow(trunk_norm(branches, weights, arch.shared()), arch.shared());
    Eigen::VectorXd pulls(arch.count());
    for (int m = 0; m < arch.count(); ++m) {
        const double u = std::pow(norms(m) / trunk, 1.0 / arch.branch(m));
        pulls(m) = norms(m) > 0 ? lambda * (u / norms(m)) * (u / norms(m))
                                : std::numeric_limits<double>::infinity();
    }
    return pulls;
}

// The cost of the layers is concave in |W_m|^2, so that the parabolas k_m |W_m|^2 / 2 that touch it
// lie above it: each round goes downhill.
partial_solution solve_partial(const data::moments& moments, const data::modality_set& learned,
                               const architecture& arch, double lambda) {
    partial_solution solution = solve_partial(moments, learned);
    if (!(lambda > 0)) {
        return solution;
    }
    const Eigen::VectorXd free_norms = norms_of(moments, solution.weights);
    Eigen::VectorXd norms = free_norms;
    const Eigen::VectorXd deviations = moments.covariance().diagonal().cwiseSqrt();
    for (int round = 0; round < most_decay_rounds; ++round) {
        for (int m = 0; m < moments.count(); ++m) {
            norms(m) = norms(m) > gone * free_norms(m) ? norms(m) : 0;
        }
        const Eigen::VectorXd next = pulled_weights(moments, decay_pulls(arch, norms, lambda));
        const double change = (next - solution.weights).cwiseProduct(deviations).norm();
        solution.weights = next;
        norms = norms_of(moments, next);
        if (!(change > unchanged * next.cwiseProduct(deviations).norm())) {
            break;
        }
    }
    solution.residual = moments.correlation() - moments.covariance() * solution.weights;
    solution.explained = solution.weights.dot(moments.correlation());
    solution.loss = std::max(0.0, (moments.target_power() - solution.explained -
                                   solution.weights.dot(solution.residual)) /
                                      2);
    for (const int m : learned) {
        solution.residual.segment(moments.offset(m), moments.dim(m)).setZero();
    }
    return solution;
}

}  // namespace fusionflow::theory
