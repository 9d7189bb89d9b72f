#include "fusionflow/data/samples.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "fusionflow/data/need.hpp"

namespace fusionflow::data {

namespace {

// A correlation below this part of the sizes of x and y is rounding of zero.
constexpr double rounding = 1e-13;

void check_finite(const char* field, const Eigen::MatrixXd& numbers) {
    if (numbers.allFinite()) {
        return;
    }
    for (Eigen::Index row = 0; row < numbers.rows(); ++row) {
        for (Eigen::Index col = 0; col < numbers.cols(); ++col) {
            need(std::isfinite(numbers(row, col)), field, "must be finite, got {} in sample {}",
                 numbers(row, col), row + 1);
        }
    }
}

void check_columns(const char* field, const std::vector<int>& dims, const Eigen::MatrixXd& given) {
    const auto wanted = std::accumulate(dims.begin(), dims.end(), Eigen::Index{0});
    need(given.cols() == wanted, field, "need {} columns, got {}", wanted, given.cols());
}

Eigen::MatrixXd checked_inputs(const std::vector<int>& dims, Eigen::MatrixXd inputs) {
    need(inputs.rows() >= 1, "inputs", "need at least one sample, got none");
    check_columns("inputs", dims, inputs);
    check_finite("inputs", inputs);
    return inputs;
}

Eigen::MatrixXd checked_targets(Eigen::Index count, Eigen::MatrixXd targets) {
    need(targets.rows() == count, "targets", "need one per sample, {}, got {}", count,
         targets.rows());
    need(targets.cols() >= 1, "targets", "need at least one column, got none");
    check_finite("targets", targets);
    return targets;
}

Eigen::MatrixXd checked_features(Eigen::Index count, const std::vector<int>& dims,
                                 Eigen::MatrixXd features) {
    need(features.rows() == count, "features", "need one row per sample, {}, got {}", count,
         features.rows());
    check_columns("features", dims, features);
    check_finite("features", features);
    return features;
}

bool one_hot(const Eigen::MatrixXd& targets) {
    return targets.cols() >= 2 && (targets.array() == 0 || targets.array() == 1).all() &&
           (targets.rowwise().sum().array() == 1).all();
}

bool plus_minus_one(const Eigen::MatrixXd& targets) {
    return targets.cols() == 1 && (targets.array().abs() == 1).all();
}

moments moments_of(std::vector<std::string> names, std::vector<int> dims, const Eigen::MatrixXd& x,
                   const Eigen::MatrixXd& targets) {
    const auto count = static_cast<double>(x.rows());
    moment_means means{x.colwise().mean().transpose(), targets.colwise().mean().transpose()};
    if (targets.cols() == 1) {
        // A product with a vector rounds otherwise than one with a matrix of one column.
        const auto y = targets.col(0);
        means.targets(0) = y.mean();
        return moments(std::move(names), std::move(dims), x.transpose() * x / count,
                       x.transpose() * y / count, y.squaredNorm() / count)
            .with_means(std::move(means));
    }
    return moments::of_targets(std::move(names), std::move(dims), x.transpose() * x / count,
                               targets.transpose() * x / count, targets.squaredNorm() / count)
        .with_means(std::move(means));
}

}  // namespace

samples::samples(std::vector<std::string> names, std::vector<int> dims, Eigen::MatrixXd inputs,
                 Eigen::MatrixXd targets)
    : inputs_(checked_inputs(dims, std::move(inputs))),
      targets_(checked_targets(inputs_.rows(), std::move(targets))),
      are_classes_(one_hot(targets_)), are_labels_(plus_minus_one(targets_)), has_features_(false),
      input_moments_(moments_of(std::move(names), std::move(dims), inputs_, targets_)),
      feature_moments_(input_moments_) {}

samples::samples(std::vector<std::string> names, std::vector<int> dims, Eigen::MatrixXd inputs,
                 Eigen::MatrixXd targets, std::vector<int> feature_dims, Eigen::MatrixXd features)
    : inputs_(checked_inputs(dims, std::move(inputs))),
      targets_(checked_targets(inputs_.rows(), std::move(targets))),
      are_classes_(one_hot(targets_)), are_labels_(plus_minus_one(targets_)), has_features_(true),
      features_(checked_features(inputs_.rows(), feature_dims, std::move(features))),
      input_moments_(moments_of(names, std::move(dims), inputs_, targets_)),
      feature_moments_(moments_of(std::move(names), std::move(feature_dims), features_, targets_)) {
}

samples samples::labelled() const {
    const Eigen::MatrixXd labels = targets_.unaryExpr([](double y) { return y >= 0 ? 1.0 : -1.0; });
    const auto& names = input_moments_.names();
    return has_features_
               ? samples(names, dims(), inputs_, labels, feature_moments_.dims(), features_)
               : samples(names, dims(), inputs_, labels);
}

std::vector<double> asymmetry(const samples& data) {
    const moments& known = data.input_moments();
    std::vector<double> result;
    if (data.outputs() > 1) {
        result.assign(static_cast<std::size_t>(known.count()),
                      std::numeric_limits<double>::quiet_NaN());
        return result;
    }
    for (int m = 0; m < known.count(); ++m) {
        const Eigen::VectorXd along = known.part(known.correlation(), m);
        const auto block = known.covariance().diagonal().segment(known.offset(m), known.dim(m));
        const double size = std::sqrt(block.sum() * known.target_power());
        if (!(along.norm() > rounding * size)) {
            result.push_back(std::numeric_limits<double>::quiet_NaN());
            continue;
        }
        const Eigen::VectorXd projected =
            data.inputs().middleCols(known.offset(m), known.dim(m)) * along.normalized();
        const double even = projected.cwiseAbs().dot(data.targets().col(0));
        result.push_back(std::abs(even) / static_cast<double>(data.count()) / along.norm());
    }
    return result;
}

}  // namespace fusionflow::data
