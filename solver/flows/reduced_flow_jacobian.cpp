#include "fusionflow/solver/flows/reduced_flow.hpp"
#include "fusionflow/solver/networks/power.hpp"

namespace fusionflow::solver {

// Columns of modality m: through u_m^n d_m for polar parts, through w_m for the others. Every term
// is a column of Sigma or of rank one, so that the whole costs O(D^2).
void reduced_flow::add_residual_slopes(const state& x, int m) {
    const auto i = static_cast<std::size_t>(m);
    const part& p = parts_[i];
    const auto at = static_cast<Eigen::Index>(p.at);
    const auto sigma = moments_->covariance().middleCols(moments_->offset(m), p.dim);
    if (!p.polar) {
        residual_slopes_.middleCols(at, p.dim) -= trunk_power_ * sigma;
        return;
    }
    const auto d = moments_->part(direction_, m);
    const double size = power(norms_[i], p.branch) * trunk_power_;
    const Eigen::VectorXd along = sigma * d;
    residual_slopes_.col(at) -= p.branch * size * power(norms_[i], p.branch - 2) * along;
    if (p.dim > 1) {
        const double length = Eigen::Map<const Eigen::VectorXd>(&x[p.at + 1], p.dim).norm();
        residual_slopes_.middleCols(at + 1, p.dim) -=
            size / length * (sigma - along * d.transpose());
    }
}

// d ln u_f = sum_m u_m^2 / u_f^2 d ln u_m, and through it all weights: W_m is proportional to
// u_f^p.
void reduced_flow::add_trunk_slopes(const state& x) {
    log_trunk_slopes_.setZero(static_cast<Eigen::Index>(x.size()) - 1);
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const part& p = parts_[m];
        const auto at = static_cast<Eigen::Index>(p.at);
        if (p.polar) {
            log_trunk_slopes_(at) = power(norms_[m] / trunk_, 2) * power(norms_[m], p.branch - 2);
        } else {
            log_trunk_slopes_.segment(at, p.dim) =
                Eigen::Map<const Eigen::VectorXd>(&x[p.at], p.dim) / trunk_ / trunk_;
        }
    }
    residual_slopes_.noalias() +=
        shared_ * (residual_ - moments_->correlation()) * log_trunk_slopes_.transpose();
}

// Rows of modality m from those of E_m.
void reduced_flow::set_rows(const state& x, int m, Eigen::MatrixXd& j) const {
    const auto i = static_cast<std::size_t>(m);
    const part& p = parts_[i];
    const auto at = static_cast<Eigen::Index>(p.at);
    const auto slopes = residual_slopes_.middleRows(moments_->offset(m), p.dim);
    if (!p.polar) {
        j.middleRows(at, p.dim) = slopes;
        return;
    }
    const auto d = moments_->part(direction_, m);
    j.row(at).noalias() = d.transpose() * slopes;
    if (p.dim == 1) {
        return;
    }
    // d/dx of u^(n-2) (I - d d^T) e, d of unit length.
    const auto e = moments_->part(residual_, m);
    const Eigen::VectorXd across = e - e.dot(d) * d;
    const double length = Eigen::Map<const Eigen::VectorXd>(&x[p.at + 1], p.dim).norm();
    const double speed = power(norms_[i], p.branch - 2);
    j.middleRows(at + 1, p.dim) = speed * slopes;
    j.middleRows(at + 1, p.dim).noalias() -= speed * d * j.row(at);
    j.row(at).segment(at + 1, p.dim) += across.transpose() / length;
    j.block(at + 1, at, p.dim, 1) += (p.branch - 2) * speed * speed * across;
    auto own = j.block(at + 1, at + 1, p.dim, p.dim);
    own -= speed / length * d * across.transpose();
    own += speed / length * e.dot(d) * d * d.transpose();
    own.diagonal().array() -= speed / length * e.dot(d);
}

void reduced_flow::jacobian(const state& x, Eigen::MatrixXd& j) {
    const auto size = static_cast<Eigen::Index>(x.size()) - 1;  // without time
    j.resize(size, size);
    if (scalars_.jacobian(x, j)) {
        return;
    }
    find_residual(x);
    residual_slopes_.setZero(moments_->dimension(), size);
    for (int m = 0; m < moments_->count(); ++m) {
        add_residual_slopes(x, m);
    }
    if (shared_ > 0) {
        add_trunk_slopes(x);
    }
    j.setZero();
    for (int m = 0; m < moments_->count(); ++m) {
        set_rows(x, m, j);
    }
}

}  // namespace fusionflow::solver
