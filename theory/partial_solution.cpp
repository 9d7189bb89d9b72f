#include "theory/partial_solution.hpp"

#include <algorithm>

#include "data/pseudo_inverse.hpp"

namespace fusionflow::theory {

namespace {

// Numbers below this fraction of the terms they are the sum of are rounding: the pseudo-inverse of
// a well-posed Sigma_K is good to about 1e-13, and no data set is known to 1e-10.
constexpr double rounding = 1e-10;

std::vector<Eigen::Index> rows_of(const data::moments& moments, const data::modality_set& set) {
    std::vector<Eigen::Index> rows;
    for (const int m : set) {
        for (int i = 0; i < moments.dim(m); ++i) {
            rows.push_back(moments.offset(m) + i);
        }
    }
    return rows;
}

// Sets the parts of modalities that are rounding to exactly zero.
void clear_rounding(const data::moments& moments, const Eigen::VectorXd& terms,
                    Eigen::VectorXd& values) {
    for (int m = 0; m < moments.count(); ++m) {
        auto part = values.segment(moments.offset(m), moments.dim(m));
        if (part.norm() <= rounding * moments.part(terms, m).norm()) {
            part.setZero();
        }
    }
}

}  // namespace

partial_solution solve_partial(const data::moments& moments, const data::modality_set& learned) {
    if (learned.empty()) {
        return {learned, Eigen::VectorXd::Zero(moments.dimension()), moments.correlation(),
                moments.target_power() / 2};
    }
    const std::vector<Eigen::Index> rows = rows_of(moments, learned);
    const Eigen::VectorXd correlation = moments.correlation()(rows);
    const auto inverse = data::pseudo_inverse(moments.covariance()(rows, rows));

    partial_solution solution;
    solution.learned = learned;
    solution.rank = inverse.rank;
    solution.weights = Eigen::VectorXd::Zero(moments.dimension());
    solution.weights(rows) = inverse.inverse * correlation;
    Eigen::VectorXd weight_terms = Eigen::VectorXd::Zero(moments.dimension());
    weight_terms(rows) = inverse.inverse.cwiseAbs() * correlation.cwiseAbs();
    clear_rounding(moments, weight_terms, solution.weights);

    solution.explained = solution.weights.dot(moments.correlation());
    solution.loss = std::max(0.0, (moments.target_power() - solution.explained) / 2);
    solution.residual = moments.correlation() - moments.covariance() * solution.weights;
    for (const int m : learned) {
        solution.residual.segment(moments.offset(m), moments.dim(m)).setZero();
    }
    const Eigen::VectorXd residual_terms =
        moments.correlation().cwiseAbs() +
        moments.covariance().cwiseAbs() * solution.weights.cwiseAbs();
    clear_rounding(moments, residual_terms, solution.residual);
    return solution;
}

}  // namespace fusionflow::theory
