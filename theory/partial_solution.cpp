#include "theory/partial_solution.hpp"

#include <algorithm>

#include "data/pseudo_inverse.hpp"

namespace fusionflow::theory {

namespace {

// Numbers below this fraction of the terms they are the sum of are rounding: the pseudo-inverse of
// a well-posed Sigma_K is good to about 1e-13, and no data set is known to 1e-10.
constexpr double rounding = 1e-10;

std::vector<Eigen::Index> inputs_of(const data::moments& moments, const data::modality_set& set) {
    std::vector<Eigen::Index> inputs;
    for (const int m : set) {
        for (int i = 0; i < moments.dim(m); ++i) {
            inputs.push_back(moments.offset(m) + i);
        }
    }
    return inputs;
}

// Sets the parts of modalities that are rounding to exactly zero.
void clear_rounding(const data::moments& moments, const Eigen::MatrixXd& terms,
                    Eigen::MatrixXd& values) {
    for (int m = 0; m < moments.count(); ++m) {
        auto part = values.middleCols(moments.offset(m), moments.dim(m));
        if (part.norm() <= rounding * terms.middleCols(moments.offset(m), moments.dim(m)).norm()) {
            part.setZero();
        }
    }
}

}  // namespace

partial_solution solve_partial(const data::moments& moments, const data::modality_set& learned) {
    if (learned.empty()) {
        return {learned, Eigen::VectorXd::Zero(moments.correlations().size()),
                moments.correlations(), moments.target_power() / 2};
    }
    const std::vector<Eigen::Index> inputs = inputs_of(moments, learned);
    const Eigen::MatrixXd all = moments.matrix(moments.correlations());
    const Eigen::MatrixXd correlation = all(Eigen::all, inputs);
    const auto inverse = data::pseudo_inverse(moments.covariance()(inputs, inputs));

    Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(all.rows(), all.cols());
    weights(Eigen::all, inputs) = correlation * inverse.inverse;
    Eigen::MatrixXd terms = Eigen::MatrixXd::Zero(all.rows(), all.cols());
    terms(Eigen::all, inputs) = correlation.cwiseAbs() * inverse.inverse.cwiseAbs();
    clear_rounding(moments, terms, weights);

    Eigen::MatrixXd residual = all - weights * moments.covariance();
    for (const int m : learned) {
        residual.middleCols(moments.offset(m), moments.dim(m)).setZero();
    }
    terms = all.cwiseAbs() + weights.cwiseAbs() * moments.covariance().cwiseAbs();
    clear_rounding(moments, terms, residual);

    partial_solution solution;
    solution.learned = learned;
    solution.rank = inverse.rank;
    solution.explained = weights.cwiseProduct(all).sum();
    solution.loss = std::max(0.0, (moments.target_power() - solution.explained) / 2);
    solution.weights = weights.reshaped();
    solution.residual = residual.reshaped();
    return solution;
}

}  // namespace fusionflow::theory
