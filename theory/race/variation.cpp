#include "fusionflow/theory/race/variation.hpp"

#include <vector>

#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/theory/learning.hpp"

namespace fusionflow::theory {

namespace {

constexpr double slope_rounding =
    1e-10;  // relative to the terms of a sum: slopes have fewer digits than values

// Inputs of the learned modalities, without those that weight decay holds at zero.
std::vector<Eigen::Index> moving_inputs(const data::moments& moments,
                                        const partial_solution& saddle, double weight_decay) {
    std::vector<Eigen::Index> inputs;
    for (const int m : saddle.learned) {
        if (weight_decay > 0 && !(moments.part(saddle.weights, m).norm() > 0)) {
            continue;
        }
        for (int i = moments.offset(m); i < moments.offset(m + 1); ++i) {
            inputs.push_back(i);
        }
    }
    return inputs;
}

// dW on the moving inputs: it solves matrix dW = push, and a null space adds its turn. It is NaN
// where the rank changes.
Eigen::VectorXd solve_moving(const Eigen::MatrixXd& matrix, const Eigen::MatrixXd& change,
                             const Eigen::VectorXd& weights, const Eigen::VectorXd& push,
                             const Eigen::VectorXd& push_terms) {
    const auto inverse = data::pseudo_inverse(matrix);
    Eigen::VectorXd moved = inverse.inverse * push;
    if (inverse.rank == matrix.rows()) {
        return moved;
    }
    // Change and push are judged with inputs in units of their deviations, as the rank is.
    const data::scaled_spectrum spectrum = data::decompose_scaled(matrix);
    const auto empty = spectrum.vectors.leftCols(matrix.rows() - inverse.rank);
    const auto per_unit = spectrum.scale.cwiseInverse().asDiagonal();
    const Eigen::MatrixXd scaled_change = per_unit * change * per_unit;
    const bool same_rank =
        (empty.transpose() * scaled_change * empty).norm() <= slope_rounding * scaled_change.norm();
    const bool solvable = (empty.transpose() * (per_unit * push)).norm() <=
                          slope_rounding * (per_unit * push_terms).norm();
    if (!(same_rank && solvable)) {
        return Eigen::VectorXd::Constant(moved.size(), unknown);
    }
    const Eigen::VectorXd turned = change * (inverse.inverse * weights);
    return moved + inverse.kernel * (inverse.kernel.transpose() * turned);
}

// The pull of weight decay per lambda: W_m/|W_m|. At lambda = 0 a learned W_m = 0 has none.
Eigen::VectorXd decay_direction(const data::moments& moments, const partial_solution& saddle,
                                double weight_decay) {
    Eigen::VectorXd direction = Eigen::VectorXd::Zero(moments.dimension());
    for (const int m : saddle.learned) {
        const auto w = moments.part(saddle.weights, m);
        auto part = direction.segment(moments.offset(m), moments.dim(m));
        if (w.norm() > 0) {
            part = w.normalized();
        } else if (!(weight_decay > 0)) {
            part.setConstant(unknown);
        }
    }
    return direction;
}

// Sigma + lambda H.
Eigen::MatrixXd held_covariance(const data::moments& moments, const partial_solution& saddle,
                                double weight_decay) {
    Eigen::MatrixXd held = moments.covariance();
    for (const int m : saddle.learned) {
        const Eigen::VectorXd w = moments.part(saddle.weights, m);
        if (weight_decay > 0 && w.norm() > 0) {
            const Eigen::VectorXd unit = w.normalized();
            held.block(moments.offset(m), moments.offset(m), w.size(), w.size()) +=
                weight_decay / w.norm() *
                (Eigen::MatrixXd::Identity(w.size(), w.size()) - unit * unit.transpose());
        }
    }
    return held;
}

}  // namespace

variation variation::none(const data::moments& moments) {
    return {Eigen::MatrixXd::Zero(moments.dimension(), moments.dimension()),
            Eigen::VectorXd::Zero(moments.dimension())};
}

variation variation::of_scale(const data::moments& moments, int k) {
    variation change = none(moments);
    const int at = moments.offset(k);
    const int dim = moments.dim(k);
    change.covariance.middleRows(at, dim) = moments.covariance().middleRows(at, dim);
    change.covariance.middleCols(at, dim) += moments.covariance().middleCols(at, dim);
    change.correlation.segment(at, dim) = moments.part(moments.correlation(), k);
    return change;
}

variation variation::of_target(const data::moments& moments) {
    variation change = none(moments);
    change.correlation = moments.correlation();
    return change;
}

variation variation::of_coupling(const data::moments& moments, int j, int k) {
    variation change = none(moments);
    const auto block = moments.covariance().block(moments.offset(j), moments.offset(k),
                                                  moments.dim(j), moments.dim(k));
    change.covariance.block(moments.offset(j), moments.offset(k), moments.dim(j), moments.dim(k)) =
        block;
    change.covariance.block(moments.offset(k), moments.offset(j), moments.dim(k), moments.dim(j)) =
        block.transpose();
    const auto law = solve_partial(moments, data::all_modalities(moments.count())).weights;
    change.correlation = change.covariance * law;
    return change;
}

saddle_numbers<dual> moving_saddle(const data::moments& moments, const partial_solution& saddle,
                                   const variation& change, double weight_decay) {
    const Eigen::VectorXd& weights = saddle.weights;
    Eigen::VectorXd push = change.correlation - change.covariance * weights;
    const Eigen::VectorXd terms =
        change.correlation.cwiseAbs() + change.covariance.cwiseAbs() * weights.cwiseAbs();
    if (change.weight_decay != 0) {
        push -= change.weight_decay * decay_direction(moments, saddle, weight_decay);
    }
    Eigen::VectorXd moved = Eigen::VectorXd::Zero(weights.size());
    const auto inputs = moving_inputs(moments, saddle, weight_decay);
    if (!inputs.empty()) {
        const Eigen::MatrixXd held = held_covariance(moments, saddle, weight_decay);
        moved(inputs) =
            solve_moving(held(inputs, inputs), change.covariance(inputs, inputs), weights(inputs),
                         push(inputs), terms(inputs).array() + std::abs(change.weight_decay));
    }
    Eigen::VectorXd left =
        change.correlation - change.covariance * weights - moments.covariance() * moved;
    const Eigen::VectorXd left_terms = terms + moments.covariance().cwiseAbs() * moved.cwiseAbs();
    const Eigen::ArrayXd variances = moments.covariance().diagonal().array();
    const Eigen::VectorXd per_unit = (variances > 0).select(variances.sqrt().inverse(), 0);
    for (int m = 0; m < moments.count(); ++m) {
        auto part = left.segment(moments.offset(m), moments.dim(m));
        // A residual of zero whose slope is zero to rounding stays exactly zero.
        const auto units = moments.part(per_unit, m);
        const bool zero =
            nothing_left(moments, saddle, m) &&
            part.cwiseProduct(units).norm() <=
                slope_rounding * moments.part(left_terms, m).cwiseProduct(units).norm();
        if (zero || data::contains(saddle.learned, m)) {
            part.setZero();
        }
    }
    return {make_dual(weights, moved), make_dual(saddle.residual, left)};
}

vector_of<dual> moving_direction(const data::moments& moments, const variation& change, int m) {
    vector_of<dual> along =
        make_dual(moments.part(moments.correlation(), m), moments.part(change.correlation, m));
    if (norm_of(values_of(along)) == 0 && norm_of(slopes_of(along)) == 0) {
        data::modality_set others = data::all_modalities(moments.count());
        std::erase(others, m);
        const auto left = moving_saddle(moments, solve_partial(moments, others), change, 0);
        along = moments.part(left.residual, m);
    }
    if (norm_of(values_of(along)) == 0 && norm_of(slopes_of(along)) == 0) {
        return vector_of<dual>::Unit(moments.dim(m), 0);
    }
    return along / norm_of(along);
}

}  // namespace fusionflow::theory
