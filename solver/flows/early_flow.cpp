#include "fusionflow/solver/flows/early_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/solver/networks/moment_products.hpp"

namespace fusionflow::solver {

namespace {

constexpr std::size_t most_numbers = 150;  // larger states cost implicit steps too much
// |o|^2 is found as the difference sum_i |f_i|^2 - g. It starts at this part of the sum or more, so
// that the difference loses three digits at most.
constexpr double least_output = 1e-3;
constexpr double most_opposite = -0.9;  // cosine of o and the push on it: below it o nears zero

Eigen::VectorXd first_push(const data::moments& moments, const Eigen::MatrixXd& weights) {
    const Eigen::Index inputs = weights.cols() - 1;
    const Eigen::VectorXd total = weights.leftCols(inputs).transpose() * weights.col(inputs);
    Eigen::VectorXd left(inputs);
    residual(moments, total, left);
    return weights.leftCols(inputs) * left;
}

}  // namespace

bool early_flow::serves(const data::moments& moments, const two_layer_start& start) {
    if (start.blocks().size() != 1 || !start.fits(moments) || moments.outputs() != 1) {
        return false;
    }
    const Eigen::MatrixXd& weights = start.blocks().front().weights;
    const Eigen::Index inputs = weights.cols() - 1;
    const Eigen::VectorXd output = weights.col(inputs);
    const double size = output.norm();
    const Eigen::VectorXd push = first_push(moments, weights);
    return moments.count() > 1 && static_cast<std::size_t>(weights.size()) < most_numbers &&
           size * size >= least_output * weights.leftCols(inputs).squaredNorm() &&
           size * size >= std::numeric_limits<double>::min() &&
           output.dot(push) >= most_opposite * size * push.norm();
}

early_flow::early_flow(const data::moments& moments, const two_layer_start& start)
    : moments_(&moments), rank_(start.blocks().front().weights.rows()),
      inputs_(start.blocks().front().weights.cols() - 1), keeps_signs_(start.keeps_signs()),
      modes_(modes_of(moments)), weights_(inputs_), residual_(inputs_) {
    const Eigen::MatrixXd& weights = start.blocks().front().weights;
    const Eigen::VectorXd output = weights.col(inputs_);
    imbalance_ = weights.leftCols(inputs_).squaredNorm() - output.squaredNorm();
    const Eigen::VectorXd direction = output.normalized();
    const Eigen::MatrixXd first = weights.leftCols(inputs_) * modes_.vectors;
    initial_.assign(first.data(), first.data() + first.size());
    initial_.insert(initial_.end(), direction.data(), direction.data() + rank_);
    initial_.push_back(0);  // time
}

void early_flow::look_at(const state& x) {
    const double square = inputs(x).squaredNorm() - imbalance_;
    length_ = square > 0 ? std::sqrt(square) : std::numeric_limits<double>::quiet_NaN();
    along_.noalias() = inputs(x).transpose() * direction(x);
    weights_ = length_ * along_;
    residual_ = modes_.variances.cwiseProduct(modes_.solution - weights_);
}

void early_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    look_at(x);
    weights.noalias() = modes_.vectors * weights_;
}

void early_flow::derivative(const state& x, state& dxdt) {
    look_at(x);
    const auto d = direction(x);
    push_.noalias() = inputs(x) * residual_;
    Eigen::Map<Eigen::MatrixXd>(dxdt.data(), rank_, inputs_).noalias() = d * residual_.transpose();
    Eigen::Map<Eigen::VectorXd>(dxdt.data() + rank_ * inputs_, rank_) =
        (push_ - d.dot(push_) * d) / length_ / length_;
    dxdt.back() = 1 / length_;
}

void early_flow::jacobian(const state& x, Eigen::MatrixXd& j) {
    look_at(x);
    const auto f = inputs(x);
    const auto d = direction(x);
    push_.noalias() = f * residual_;
    const Eigen::Index turning = rank_ * inputs_;
    const Eigen::Index size = turning + rank_;
    const Eigen::Map<const Eigen::RowVectorXd> all(x.data(), turning);  // |o| d|o| = all . df
    weight_slopes_.setZero(inputs_, size);
    for (Eigen::Index i = 0; i < inputs_; ++i) {
        weight_slopes_.row(i).head(turning) = along_(i) / length_ * all;
        weight_slopes_.row(i).segment(i * rank_, rank_) += length_ * d.transpose();
        weight_slopes_.row(i).tail(rank_) = length_ * f.col(i).transpose();
    }
    residual_slopes_.noalias() = (-modes_.variances).asDiagonal() * weight_slopes_;
    push_slopes_.noalias() = f * residual_slopes_;
    j.setZero(size, size);
    for (Eigen::Index i = 0; i < inputs_; ++i) {
        push_slopes_.middleCols(i * rank_, rank_).diagonal().array() += residual_(i);
        j.middleRows(i * rank_, rank_).noalias() = d * residual_slopes_.row(i);
        j.block(i * rank_, turning, rank_, rank_).diagonal().array() += residual_(i);
    }
    const double square = length_ * length_;
    const double along = d.dot(push_);
    auto turn = j.bottomRows(rank_);
    turn = push_slopes_;
    turn.noalias() -= d * (d.transpose() * push_slopes_);
    turn.rightCols(rank_).diagonal().array() -= along;
    turn.rightCols(rank_).noalias() -= d * push_.transpose();
    turn /= square;
    turn.leftCols(turning).noalias() -= (push_ - along * d) * (2 / square / square) * all;
}

double early_flow::relative_error(const state& x, const state& error) const {
    double largest = direction(error).norm();
    const double all = inputs(x).norm();
    bool finite = std::isfinite(largest) && std::isfinite(all);
    const Eigen::MatrixXd own = inputs(x) * modes_.vectors.transpose();
    const Eigen::MatrixXd errors = inputs(error) * modes_.vectors.transpose();
    for (int m = 0; m < moments_->count(); ++m) {
        const double size = own.middleCols(moments_->offset(m), moments_->dim(m)).norm();
        const double e = errors.middleCols(moments_->offset(m), moments_->dim(m)).norm() /
                         (size > 0 ? size : all);
        finite = finite && e <= std::numeric_limits<double>::max();
        largest = std::max(largest, e);
    }
    return finite ? largest : std::numeric_limits<double>::infinity();
}

void early_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    const Eigen::MatrixXd own = inputs(x) * modes_.vectors.transpose();
    for (int m = 0; m < moments_->count(); ++m) {
        norms(m) = own.middleCols(moments_->offset(m), moments_->dim(m)).norm();
    }
}

}  // namespace fusionflow::solver
