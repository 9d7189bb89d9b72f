#include "fusionflow/solver/flows/gauss_newton.hpp"

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"

namespace fusionflow::solver {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

}  // namespace

gauss_newton::gauss_newton(const network_shape& shape, const data::moments& moments)
    : shape_(&shape), moments_(&moments), root_(data::square_root(moments.covariance())) {
    const auto stages_of = [](const std::vector<layer>& layers) {
        std::vector<stage> stages;
        stages.reserve(layers.size());
        for (const layer& l : layers) {
            stages.push_back({l, MatrixXd()});
        }
        return stages;
    };
    for (int m = 0; m < shape.count(); ++m) {
        branches_.push_back(stages_of(shape.branch(m)));
    }
    trunk_ = stages_of(shape.trunk());
}

bool gauss_newton::take(const state& x) {
    weights_ = x;
    const auto carry_down = [this](std::vector<stage>& stages, MatrixXd above) {
        for (std::size_t j = stages.size(); j-- > 0;) {
            stages[j].above = above;
            above = stages[j].above * matrix(weights_.data(), stages[j].where);
        }
        return above;
    };
    const Index outputs = moments_->outputs();
    fused_ = carry_down(trunk_, MatrixXd::Identity(outputs, outputs));
    kernel_.setZero(outputs * moments_->dimension(), outputs * moments_->dimension());
    // `reach` is the product of what is below a layer, its inputs by the network's: those of one
    // modality in a branch, of all in the trunk.
    MatrixXd fused_reach(fused_.cols(), moments_->dimension());
    for (int m = 0; m < moments_->count(); ++m) {
        auto& stages = branches_[static_cast<std::size_t>(m)];
        carry_down(stages, fused_);
        MatrixXd reach = MatrixXd::Identity(moments_->dim(m), moments_->dim(m));
        add_kernel(stages, reach, moments_->offset(m));
        fused_reach.middleCols(moments_->offset(m), moments_->dim(m)) = reach;
    }
    add_kernel(trunk_, fused_reach, 0);
    if (!kernel_.allFinite()) {
        return false;
    }
    // Sigma^1/2 from both sides: input by input, the targets of each together.
    const Index inputs = moments_->dimension();
    const auto turn = [&](MatrixXd& all) {
        for (Index column = 0; column < all.cols(); ++column) {
            all.col(column).reshaped(outputs, inputs) =
                (all.col(column).reshaped(outputs, inputs) * root_).eval();
        }
    };
    turn(kernel_);
    kernel_.transposeInPlace();
    turn(kernel_);
    data::spectrum parts = data::decompose((kernel_ + kernel_.transpose()) / 2);
    modes_ = std::move(parts.vectors);
    rates_ = parts.values.cwiseMax(0);
    return modes_.allFinite();
}

// Adds what the layers of a path do to W, (reach^T reach) x (above above^T), to B B^T without
// Sigma, from an input on; carries `reach` up.
void gauss_newton::add_kernel(const std::vector<stage>& stages, MatrixXd& reach, Index from) {
    const Index outputs = moments_->outputs();
    const Index at = outputs * from;
    for (const stage& s : stages) {
        const MatrixXd below = reach.transpose() * reach;
        const MatrixXd over = s.above * s.above.transpose();
        for (Index i = 0; i < below.rows(); ++i) {
            for (Index j = 0; j < below.cols(); ++j) {
                kernel_.block(at + outputs * i, at + outputs * j, outputs, outputs) +=
                    below(i, j) * over;
            }
        }
        reach = (matrix(weights_.data(), s.where) * reach).eval();
    }
}

// The change of W by changes v of the layers of a path, seen at the path's lower end; `change` is
// what layers above the path do, at its upper end.
void gauss_newton::change_along(const std::vector<stage>& stages, const double* v,
                                MatrixXd& change) {
    for (std::size_t j = stages.size(); j-- > 0;) {
        const stage& s = stages[j];
        MatrixXd below = s.above * matrix(v, s.where);
        below.noalias() += change * matrix(weights_.data(), s.where);
        change.swap(below);
    }
}

VectorXd gauss_newton::times(const Eigen::Ref<const VectorXd>& v) {
    const Index outputs = moments_->outputs();
    MatrixXd fused = MatrixXd::Zero(outputs, outputs);
    change_along(trunk_, v.data(), fused);
    MatrixXd all(outputs, moments_->dimension());
    for (int m = 0; m < moments_->count(); ++m) {
        MatrixXd change = fused;
        change_along(branches_[static_cast<std::size_t>(m)], v.data(), change);
        all.middleCols(moments_->offset(m), moments_->dim(m)) = change;
    }
    return (all * root_).reshaped();
}

// The descent of the layers of a path under a push (units by outputs) at its lower end, which is
// carried up.
void gauss_newton::push_along(const std::vector<stage>& stages, MatrixXd& push,
                              double* descent) const {
    for (const stage& s : stages) {
        matrix(descent, s.where).noalias() = s.above.transpose() * push.transpose();
        push = (matrix(weights_.data(), s.where) * push).eval();
    }
}

VectorXd gauss_newton::transposed_times(const VectorXd& y) {
    const MatrixXd all = y.reshaped(moments_->outputs(), moments_->dimension()) * root_;
    VectorXd descent(std::ssize(weights_));
    MatrixXd fused = MatrixXd::Zero(fused_.cols(), moments_->outputs());
    for (int m = 0; m < moments_->count(); ++m) {
        MatrixXd push = all.middleCols(moments_->offset(m), moments_->dim(m)).transpose();
        push_along(branches_[static_cast<std::size_t>(m)], push, descent.data());
        fused += push;
    }
    push_along(trunk_, fused, descent.data());
    return descent;
}

VectorXd gauss_newton::modes_of(const Eigen::Ref<const VectorXd>& v) {
    return modes_.transpose() * times(v);
}

void gauss_newton::solve(double shift, double h, Eigen::Ref<VectorXd> v) {
    const VectorXd in = modes_of(v);
    const VectorXd out = (h * in.array() / (shift + h * rates_.array())).matrix();
    v = (v - transposed_times(modes_ * out)) / shift;
}

void gauss_newton::solve(std::complex<double> shift, double h, Eigen::Ref<VectorXd> real,
                         Eigen::Ref<VectorXd> imaginary) {
    Eigen::VectorXcd parts(rates_.size());
    parts.real() = modes_of(real);
    parts.imag() = modes_of(imaginary);
    parts =
        (h * parts.array() / (shift + (h * rates_.array()).cast<std::complex<double>>())).matrix();
    const VectorXd off_real = transposed_times(modes_ * parts.real());
    const VectorXd off_imaginary = transposed_times(modes_ * parts.imag());
    const std::complex<double> inverse = 1.0 / shift;
    const VectorXd re = real - off_real;
    const VectorXd im = imaginary - off_imaginary;
    real = inverse.real() * re - inverse.imag() * im;
    imaginary = inverse.real() * im + inverse.imag() * re;
}

}  // namespace fusionflow::solver
