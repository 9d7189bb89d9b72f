#include "fusionflow/validation/experiments/step_stability.hpp"

#include <algorithm>
#include <cmath>

#include "fusionflow/data/decompositions.hpp"

namespace fusionflow::validation {

namespace {

// B^(1/2) of a block: the square root of 1 + (n - 1) w w^T stretches w alone, by sqrt(n).
Eigen::MatrixXd root_of_block(const Eigen::VectorXd& weights, int depth) {
    const double norm = weights.norm();
    if (!(norm > 0)) {
        return Eigen::MatrixXd::Zero(weights.size(), weights.size());
    }
    const Eigen::VectorXd direction = weights / norm;
    Eigen::MatrixXd root = Eigen::MatrixXd::Identity(weights.size(), weights.size());
    root += (std::sqrt(depth) - 1) * direction * direction.transpose();
    return std::pow(norm, 1 - 1.0 / depth) * root;
}

// B^(1/2), block by block.
Eigen::MatrixXd root_of(const solver::model& about, const Eigen::VectorXd& weights) {
    const data::moments& moments = about.moments;
    Eigen::MatrixXd root = Eigen::MatrixXd::Zero(moments.dimension(), moments.dimension());
    for (int m = 0; m < moments.count(); ++m) {
        const int from = moments.offset(m);
        const int size = moments.dim(m);
        root.block(from, from, size, size) =
            root_of_block(weights.segment(from, size), about.architecture.branch(m));
    }
    return root;
}

double curvature(const solver::model& about, const Eigen::MatrixXd& root) {
    const Eigen::MatrixXd hessian = root * about.moments.covariance() * root;
    return data::eigenvalues_of(hessian).maxCoeff();
}

}  // namespace

double step_times_curvature(const solver::model& about, const Eigen::VectorXd& weights) {
    const bool steps = about.training.method == solver::training_method::gradient_descent;
    if (!steps || !(about.training.samples.moments_suffice() && !about.beyond_linear()) ||
        about.architecture.shared() > 0 || about.moments.outputs() > 1 || weights.size() == 0 ||
        !weights.allFinite()) {
        return 0;
    }
    const double step = about.training.rate();
    const Eigen::MatrixXd root = root_of(about, weights);
    const Eigen::VectorXd residual =
        about.moments.correlation() - about.moments.covariance() * weights;
    const Eigen::VectorXd next = weights + step * root * (root * residual);
    return step * std::max(curvature(about, root), curvature(about, root_of(about, next)));
}

}  // namespace fusionflow::validation
